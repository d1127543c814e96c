/// Which axes two operands of `matmul` have: those that a stack of matrices lies along, and the matrices' own.
package struct MatrixAxes {
  /// How many axes, in front, number the matrices of a stack.
  package let stacked: Int

  /// The axes of operands with so many; nil where they cannot be multiplied.
  package init?(_ a: Int, _ b: Int) {
    if a > 2 || b > 2 {
      guard a == b else { return nil }
      stacked = a - 2
    } else {
      guard a > 0, b > 0 else { return nil }
      stacked = 0
    }
  }
}

extension LazyTensor {
  /// The matrix product of `[m, k]` and `[k, n]`; a vector is a row on the left and a column on the right. Stacks
  /// of matrices, `[g, m, k]` and `[g, k, n]`, are multiplied one by one.
  ///
  /// One operand is held, the smaller one unless one is in memory already; the other is read block by block. Every sum is
  /// taken in Double in the order of k, whichever is held.
  ///
  /// - Throws: what sources throw.
  package static func product(_ a: LazyTensor, _ b: LazyTensor) throws -> Tensor {
    guard let axes = MatrixAxes(a.shape.count, b.shape.count) else { preconditionFailure("checked before") }
    let product = MatrixSizes(
      rows: a.shape.count == 1 ? 1 : a.shape[a.shape.count - 2], depth: b.shape[axes.stacked],
      columns: b.shape.count == 1 ? 1 : b.shape[b.shape.count - 1])
    let matrices = a.shape[..<axes.stacked].partProduct
    let shape = Array(a.shape.dropLast() + b.shape.dropFirst(axes.stacked + 1))
    var values = [Double](repeating: 0, count: matrices * product.rows * product.columns)
    try values.withUnsafeMutableBufferPointer { sums in
      if b.tensor != nil || a.tensor == nil && a.count >= b.count {
        let held = try b.held()
        try held.values.withUnsafeBufferPointer { right in
          try a.forEachBlock { product.add(left: $1, from: $0, right, into: sums) }
        }
      } else {
        let held = try a.held()
        try held.values.withUnsafeBufferPointer { left in
          try b.forEachBlock { product.add(right: $1, from: $0, left, into: sums) }
        }
      }
    }
    return Tensor(shape: shape, values: values)
  }
}

/// The sizes of the matrices of a product.
private struct MatrixSizes {
  let rows: Int
  let depth: Int
  let columns: Int

  /// Adds what the numbers of left operands from element `first` on have a part in.
  func add(
    left: UnsafeBufferPointer<Double>, from first: Int, _ right: UnsafeBufferPointer<Double>,
    into sums: UnsafeMutableBufferPointer<Double>
  ) {
    for (element, factor) in zip(first..<first + left.count, left) {
      let (row, inner) = element.quotientAndRemainder(dividingBy: depth)
      let source = (row / rows * depth + inner) * columns
      add(factor, columns, right, from: source, into: sums, at: row * columns)
    }
  }

  /// Adds what the numbers of right operands from element `first` on have a part in.
  func add(
    right: UnsafeBufferPointer<Double>, from first: Int, _ left: UnsafeBufferPointer<Double>,
    into sums: UnsafeMutableBufferPointer<Double>
  ) {
    var read = 0
    while read < right.count {
      let (line, column) = (first + read).quotientAndRemainder(dividingBy: columns)
      let (matrix, inner) = line.quotientAndRemainder(dividingBy: depth)
      let count = min(columns - column, right.count - read)
      for row in matrix * rows..<(matrix + 1) * rows {
        add(left[row * depth + inner], count, right, from: read, into: sums, at: row * columns + column)
      }
      read += count
    }
  }

  @inline(__always)
  private func add(
    _ factor: Double, _ count: Int, _ numbers: UnsafeBufferPointer<Double>, from source: Int,
    into sums: UnsafeMutableBufferPointer<Double>, at target: Int
  ) {
    for index in 0..<count { sums[target + index] += factor * numbers[source + index] }
  }
}
