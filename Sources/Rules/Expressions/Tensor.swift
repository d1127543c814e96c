/// Numbers in a shape, row-major, the last axis fastest.
package struct Tensor: Sendable, Equatable {
  /// The sizes of the axes, outermost first; none for a single number.
  package let shape: [Int]
  /// The numbers; as many as the product of the sizes.
  package let values: [Double]

  /// Makes a tensor; the count of `values` must be the product of `shape`.
  package init(shape: [Int], values: [Double]) {
    precondition(Tensor.elementCount(of: shape) == values.count)
    self.shape = shape
    self.values = values
  }

  /// Makes a vector.
  package init(_ values: [Double]) {
    self.init(shape: [values.count], values: values)
  }

  /// The product of the sizes; nil for a negative size or where the sizes above zero have a product beyond `Int`.
  package static func elementCount(of shape: [Int]) -> Int? {
    var count = 1
    var isEmpty = false
    for size in shape {
      if size < 0 { return nil }
      if size == 0 {
        isEmpty = true
        continue
      }
      // Checked behind a zero too, so that strides never overflow.
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      if overflow { return nil }
      count = product
    }
    return isEmpty ? 0 : count
  }

  /// The axis that `index` names, a negative one counted from the end; nil for none.
  static func axis(_ index: Int, rank: Int) -> Int? {
    guard index >= -rank, index < rank else { return nil }
    return index < 0 ? index + rank : index
  }

  /// How many numbers lie between neighbours along each axis.
  var strides: [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    return strides
  }

  /// The same numbers in another shape of the same count.
  func reshaped(_ shape: [Int]) -> Tensor { Tensor(shape: shape, values: values) }

  /// Each number through `operation`.
  @inline(__always)
  func map(_ operation: (Double) -> Double) -> Tensor {
    let count = values.count
    let result = [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      values.withUnsafeBufferPointer { source in
        for index in 0..<count { buffer[index] = operation(source[index]) }
      }
      initialized = count
    }
    return Tensor(shape: shape, values: result)
  }

  /// The numbers at `offset + Σ index·stride`: what transposing, slicing, flipping and stretching have in common.
  ///
  /// All indices must fall inside `values`.
  func gathered(shape result: [Int], strides: [Int], offset: Int = 0) -> Tensor {
    let count = Tensor.elementCount(of: result) ?? 0
    guard count > 0 else { return Tensor(shape: result, values: []) }
    let length = result.last ?? 1
    let step = strides.last ?? 0
    var index = [Int](repeating: 0, count: max(0, result.count - 1))
    var start = offset
    let gathered = [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      values.withUnsafeBufferPointer { source in
        var written = 0
        while written < count {
          for position in 0..<length { buffer[written + position] = source[start + position * step] }
          written += length
          // The odometer over the outer axes.
          var axis = index.count - 1
          while axis >= 0 {
            index[axis] += 1
            start += strides[axis]
            if index[axis] < result[axis] { break }
            start -= strides[axis] * result[axis]
            index[axis] = 0
            axis -= 1
          }
        }
      }
      initialized = count
    }
    return Tensor(shape: result, values: gathered)
  }

  /// The axes in another order.
  func transposed(_ order: [Int]) -> Tensor {
    let strides = strides
    return gathered(shape: order.map { shape[$0] }, strides: order.map { strides[$0] })
  }

  /// The part `range` of `axis`.
  func sliced(_ range: Range<Int>, axis: Int) -> Tensor {
    var result = shape
    result[axis] = range.count
    return gathered(shape: result, strides: strides, offset: range.lowerBound * strides[axis])
  }

  /// `axes` in reverse.
  func flipped(_ axes: [Int]) -> Tensor {
    var strides = strides
    var offset = 0
    for axis in axes {
      offset += max(0, shape[axis] - 1) * strides[axis]
      strides[axis] = -strides[axis]
    }
    return gathered(shape: shape, strides: strides, offset: offset)
  }

  /// The numbers in the middle of zeros, beginning at `low`; all of them must fit into the shape.
  func padded(to result: [Int], at low: [Int]) -> Tensor {
    let count = Tensor.elementCount(of: result) ?? 0
    var padded = [Double](repeating: 0, count: count)
    guard !values.isEmpty, let length = shape.last else { return Tensor(shape: result, values: padded) }
    let strides = Tensor(shape: result, values: padded).strides
    var index = [Int](repeating: 0, count: shape.count - 1)
    for start in stride(from: 0, to: values.count, by: length) {
      var target = low[low.count - 1]
      for axis in index.indices { target += (low[axis] + index[axis]) * strides[axis] }
      for position in 0..<length { padded[target + position] = values[start + position] }
      var axis = index.count - 1
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < shape[axis] { break }
        index[axis] = 0
        axis -= 1
      }
    }
    return Tensor(shape: result, values: padded)
  }

  /// Ones where row and column are the same.
  static func identity(_ size: Int) -> Tensor {
    var values = [Double](repeating: 0, count: size * size)
    for place in 0..<size { values[place * size + place] = 1 }
    return Tensor(shape: [size, size], values: values)
  }

  /// `tensors` one behind the other along `axis`; all other sizes are alike.
  static func concatenated(_ tensors: [Tensor], axis: Int) -> Tensor {
    guard let first = tensors.first else { return Tensor([]) }
    var shape = first.shape
    shape[axis] = tensors.reduce(0) { $0 + $1.shape[axis] }
    let blocks = first.shape[..<axis].reduce(1, *)
    var values: [Double] = []
    values.reserveCapacity(elementCount(of: shape) ?? 0)
    for block in 0..<blocks {
      for tensor in tensors {
        let length = tensor.values.count / blocks
        values += tensor.values[block * length..<(block + 1) * length]
      }
    }
    return Tensor(shape: shape, values: values)
  }
}
