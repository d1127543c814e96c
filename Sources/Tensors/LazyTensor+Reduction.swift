/// Numbers along axes joined into one each; the other axes stay.
///
/// The numbers come block by block, in order, so that only results are in memory. Sums are plain sums in Double.
private struct TensorReduction {
  private let shape: [Int]
  private let result: [Int]
  /// How far the result moves along each axis, 0 along those that go.
  private let strides: [Int]
  private var values: [Double]

  /// Begins with `initial` everywhere.
  init(_ shape: [Int], along axes: [Int], from initial: Double) {
    self.shape = shape
    let kept = shape.indices.filter { !axes.contains($0) }
    result = kept.map { shape[$0] }
    var strides = [Int](repeating: 0, count: shape.count)
    var stride = 1
    for axis in kept.reversed() {
      strides[axis] = stride
      stride *= shape[axis]
    }
    self.strides = strides
    values = [Double](repeating: initial, count: Tensor.elementCount(of: result) ?? 0)
  }

  /// What was joined so far.
  var tensor: Tensor { Tensor(shape: result, values: values) }

  /// Joins the numbers from element `first` on.
  @inline(__always)
  mutating func add(
    _ numbers: UnsafeBufferPointer<Double>, from first: Int, _ operation: (Double, Double) -> Double
  ) {
    guard let length = shape.last, let step = strides.last else {
      for number in numbers { values[0] = operation(values[0], number) }
      return
    }
    guard !numbers.isEmpty else { return }
    var (rest, position) = first.quotientAndRemainder(dividingBy: length)
    // The odometer over the outer axes.
    var index = [Int](repeating: 0, count: shape.count - 1)
    var target = 0
    for axis in index.indices.reversed() {
      (rest, index[axis]) = rest.quotientAndRemainder(dividingBy: shape[axis])
      target += index[axis] * strides[axis]
    }
    var read = 0
    values.withUnsafeMutableBufferPointer { buffer in
      while read < numbers.count {
        let count = min(length - position, numbers.count - read)
        if step == 0 {
          var joined = buffer[target]
          for offset in 0..<count { joined = operation(joined, numbers[read + offset]) }
          buffer[target] = joined
        } else {
          for offset in 0..<count {
            let slot = target + (position + offset) * step
            buffer[slot] = operation(buffer[slot], numbers[read + offset])
          }
        }
        read += count
        position = 0
        var axis = index.count - 1
        while axis >= 0 {
          index[axis] += 1
          target += strides[axis]
          if index[axis] < shape[axis] { break }
          target -= strides[axis] * shape[axis]
          index[axis] = 0
          axis -= 1
        }
      }
    }
  }
}

/// How numbers along axes are joined into one.
package enum Reduction: Sendable {
  case sum
  case product
  /// The smallest; NaN where one is NaN.
  case minimum
  /// The largest; NaN where one is NaN.
  case maximum
  /// 1 where none is zero, else 0.
  case all
  /// 1 where one is not zero, else 0.
  case any
}

extension LazyTensor {
  /// The numbers along `axes` joined; what has no numbers is 0, ±infinity, 1 or 0, as the reduction has it.
  ///
  /// - Throws: what sources throw.
  package func reduced(_ axes: [Int], _ reduction: Reduction) throws -> Tensor {
    switch reduction {
    case .sum: try reduced(axes, from: 0) { $0 + $1 }
    case .product: try reduced(axes, from: 1) { $0 * $1 }
    case .minimum: try reduced(axes, from: .infinity) { $1 < $0 || $1.isNaN ? $1 : $0 }
    case .maximum: try reduced(axes, from: -.infinity) { $1 > $0 || $1.isNaN ? $1 : $0 }
    case .all: try reduced(axes, from: 1) { $0 != 0 && $1 != 0 ? 1 : 0 }
    case .any: try reduced(axes, from: 0) { $0 != 0 || $1 != 0 ? 1 : 0 }
    }
  }

  @inline(__always)
  private func reduced(
    _ axes: [Int], from initial: Double, _ operation: (Double, Double) -> Double
  ) throws -> Tensor {
    var reduction = TensorReduction(shape, along: axes, from: initial)
    try forEachBlock { reduction.add($1, from: $0, operation) }
    return reduction.tensor
  }
}
