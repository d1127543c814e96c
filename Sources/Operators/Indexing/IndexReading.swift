/// Indices as ONNX counts them: from the front, or negative from the end.
enum IndexReading {
  /// The index from the front.
  ///
  /// - Throws: `OperatorError` for an index that is not there.
  @inline(__always)
  static func place(_ index: Int64, size: Int) throws(OperatorError) -> Int {
    guard index >= -Int64(size), index < Int64(size) else {
      throw OperatorError(.index(Int(index), size: size))
    }
    return index < 0 ? Int(index) + size : Int(index)
  }

  /// The indices from the front.
  static func places<S: OperatorScalar>(_ tensor: OperatorTensor<S>, size: Int) throws(OperatorError) -> [Int]
  {
    let indices = tensor.values.integers
    var result: [Int] = []
    result.reserveCapacity(indices.count)
    for index in indices { result.append(try place(index, size: size)) }
    return result
  }

  /// For each tuple of indices in the last axis, where the elements that it names start in a shape.
  ///
  /// - Parameters:
  ///   - shape: the shape; the tuples name positions behind the first `batch` axes.
  ///   - batch: how many axes indices and shape have in common.
  static func starts<S: OperatorScalar>(_ tensor: OperatorTensor<S>, in shape: [Int], batch: Int)
    throws(OperatorError) -> [Int]
  {
    let length = tensor.shape[tensor.shape.count - 1]
    let indices = tensor.values.integers
    let strides = shape.denseStrides
    let tuples = tensor.shape.dropLast().reduce(1, *)
    let batches = shape[..<batch].reduce(1, *)
    let batchSize = shape[batch...].reduce(1, *)
    var result: [Int] = []
    result.reserveCapacity(tuples)
    for tuple in 0..<tuples {
      var start = tuple / (tuples / batches) * batchSize
      for place in 0..<length {
        start +=
          try self.place(indices[tuple * length + place], size: shape[batch + place]) * strides[batch + place]
      }
      result.append(start)
    }
    return result
  }

  /// For each index of a tensor the place that the position has in a shape of the same rank, with the index along an axis.
  ///
  /// - Throws: `OperatorError` for indices of another rank, larger than the shape, or that are not there.
  static func places<S: OperatorScalar>(
    _ tensor: OperatorTensor<S>, along axis: Int, in shape: [Int]
  ) throws(OperatorError) -> [Int] {
    let fits =
      tensor.shape.count == shape.count
      && shape.indices.allSatisfy { $0 == axis || tensor.shape[$0] <= shape[$0] }
    guard fits else {
      throw OperatorError(
        .input(
          "indices", expected: "a shape that fits \(shape.asShape) along all axes but \(axis)",
          found: tensor.shape.asShape))
    }
    var strides = shape.denseStrides
    let step = strides[axis]
    strides[axis] = 0
    let indices = tensor.values.integers
    var result: [Int] = []
    result.reserveCapacity(indices.count)
    var position = [Int](repeating: 0, count: shape.count)
    var base = 0
    for index in indices {
      result.append(base + (try place(index, size: shape[axis])) * step)
      for moved in shape.indices.reversed() {
        position[moved] += 1
        base += strides[moved]
        if position[moved] < tensor.shape[moved] { break }
        base -= strides[moved] * position[moved]
        position[moved] = 0
      }
    }
    return result
  }
}
