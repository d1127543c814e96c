extension Tensor {
  /// The numbers along `axes` joined by `operation`, beginning with `initial`; the other axes stay.
  ///
  /// Sums are plain sums in Double, in the order of the numbers.
  @inline(__always)
  func reduced(_ axes: [Int], from initial: Double, _ operation: (Double, Double) -> Double) -> Tensor {
    let kept = shape.indices.filter { !axes.contains($0) }
    let result = kept.map { shape[$0] }
    let count = Tensor.elementCount(of: result) ?? 0
    var strides = [Int](repeating: 0, count: shape.count)
    var stride = 1
    for axis in kept.reversed() {
      strides[axis] = stride
      stride *= shape[axis]
    }
    var values = [Double](repeating: initial, count: count)
    guard !self.values.isEmpty else { return Tensor(shape: result, values: values) }
    let length = shape.last ?? 1
    let step = strides.last ?? 0
    var index = [Int](repeating: 0, count: max(0, shape.count - 1))
    var target = 0
    var read = 0
    self.values.withUnsafeBufferPointer { source in
      values.withUnsafeMutableBufferPointer { buffer in
        while read < source.count {
          if step == 0 {
            var sum = buffer[target]
            for position in 0..<length { sum = operation(sum, source[read + position]) }
            buffer[target] = sum
          } else {
            for position in 0..<length {
              let slot = target + position * step
              buffer[slot] = operation(buffer[slot], source[read + position])
            }
          }
          read += length
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
    return Tensor(shape: result, values: values)
  }

  /// The matrix product of `[m, k]` and `[k, n]`; a vector is a row on the left and a column on the right. Stacks
  /// of matrices, `[g, m, k]` and `[g, k, n]`, are multiplied one by one.
  static func product(_ a: Tensor, _ b: Tensor) -> Tensor {
    guard let axes = MatrixAxes(a.shape.count, b.shape.count) else { preconditionFailure("checked before") }
    let depth = b.shape[axes.stacked]
    let rows = a.shape.count == 1 ? 1 : a.shape[a.shape.count - 2]
    let columns = b.shape.count == 1 ? 1 : b.shape[b.shape.count - 1]
    let matrices = a.shape[..<axes.stacked].reduce(1, *)
    var values = [Double](repeating: 0, count: matrices * rows * columns)
    a.values.withUnsafeBufferPointer { x in
      b.values.withUnsafeBufferPointer { y in
        values.withUnsafeMutableBufferPointer { out in
          for matrix in 0..<matrices {
            let (left, right) = (matrix * rows * depth, matrix * depth * columns)
            let made = matrix * rows * columns
            // Row by row of `b`, so that the inner loop walks memory in order.
            for row in 0..<rows {
              for inner in 0..<depth {
                let factor = x[left + row * depth + inner]
                for column in 0..<columns {
                  out[made + row * columns + column] += factor * y[right + inner * columns + column]
                }
              }
            }
          }
        }
      }
    }
    return Tensor(shape: Array(a.shape.dropLast() + b.shape.dropFirst(axes.stacked + 1)), values: values)
  }
}

/// Which axes two operands of `matmul` have: those that a stack of matrices lies along, and the matrices' own.
struct MatrixAxes {
  /// How many axes, in front, number the matrices of a stack.
  let stacked: Int

  /// The axes of operands with so many; nil where they cannot be multiplied.
  init?(_ a: Int, _ b: Int) {
    if a > 2 || b > 2 {
      guard a == b else { return nil }
      stacked = a - 2
    } else {
      guard a > 0, b > 0 else { return nil }
      stacked = 0
    }
  }
}
