import Layers

/// The product of NumPy's `matmul`: the last two axes are matrices, those before them are broadcast, and vectors become
/// matrices of one row or column.
struct MatMulOperator: StatelessOperator {
  static let signature = OperatorSignature(
    "MatMul", "the product of the matrices in the last two axes, the axes before them broadcast",
    inputs: [.required("A", .floats), .required("B", .floats)], products: .allForEachRow)

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let a = try inputs.tensor(0, "A", ranks: 1...OperatorLimits.rank).shape
    let b = try inputs.tensor(1, "B", ranks: 1...OperatorLimits.rank).shape
    let first = a.count == 1 ? [1] + a : a
    let second = b.count == 1 ? b + [1] : b
    let (rows, depth, columns) = (first[first.count - 2], first[first.count - 1], second[second.count - 1])
    guard second[second.count - 2] == depth else {
      throw OperatorError(.input("B", expected: "matrices of depth \(depth)", found: b.asShape))
    }
    let batch = try BroadcastPlan([first.dropLast(2), second.dropLast(2)])
    let shape = batch.shape + (a.count == 1 ? [] : [rows]) + (b.count == 1 ? [] : [columns])
    try OperatorLimits.check(shape)
    try OperatorLimits.check(multiplications: shape + [depth])
    var product = [S](repeating: 0, count: shape.product)
    let (left, right) = (inputs.floats(0), inputs.floats(1))
    product.withUnsafeMutableBufferPointer { buffer in
      guard let target = buffer.baseAddress, depth > 0 else { return }
      if batch.count > 1, second.dropLast(2).allSatisfy({ $0 == 1 }) {
        // One second factor for all: the rows of all matrices are those of one.
        LinearProducts.multiply(
          left, .init(), right, .init(), rows: batch.count * rows, depth: depth, columns: columns,
          into: target)
        return
      }
      for (index, places) in batch.places.enumerated() {
        LinearProducts.multiply(
          left, .init(start: places.0 * rows * depth), right, .init(start: places.1 * depth * columns),
          rows: rows,
          depth: depth, columns: columns, into: target + index * rows * columns)
      }
    }
    return [OperatorTensor(shape: shape, values: .float(product))]
  }
}

extension BroadcastPlan {
  /// The places of all pairs of elements of two operands, in order; one after the other, since each is a matrix.
  fileprivate var places: [(Int, Int)] {
    var places: [(Int, Int)] = Array(repeating: (0, 0), count: count)
    places.withUnsafeMutableBufferPointer { places in
      nonisolated(unsafe) let places = places
      forEachRun(cost: 1) { start, a, b, _, length in
        for index in 0..<length { places[start + index] = (a + index * step(0), b + index * step(1)) }
      }
    }
    return places
  }
}
