struct ConcatOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "Concat", "the inputs one behind the other along an axis", inputs: [.variadic("inputs", .all)],
    outputs: ["concat_result"], attributes: [.required("axis", .int)])

  let axis: Int

  init(_ attributes: OperatorAttributes) { axis = attributes.int("axis") }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let first = inputs.tensor(0).shape
    let axis = try OperatorAxis.index(axis, rank: first.count)
    var shape = first
    shape[axis] = 0
    for index in inputs.indices {
      let found = inputs.tensor(index).shape
      let fits =
        found.count == first.count && found.indices.allSatisfy { $0 == axis || found[$0] == first[$0] }
      guard fits else {
        throw OperatorError(
          .input("inputs", expected: "\(first.asShape) along all axes but \(axis)", found: found.asShape))
      }
      // Each is within the limits, and so is the sum so far.
      shape[axis] += found[axis]
      try OperatorLimits.check(shape)
    }
    let rows = inputs.indices.map { AxisSplit(inputs.tensor($0).shape, axis) }
    let joining = Joining(outer: rows[0].outer, runs: rows.map { $0.size * $0.inner })
    return [
      OperatorTensor(
        shape: shape, values: try .moving(inputs.indices.map { inputs.tensor($0).values }, by: joining))
    ]
  }

  /// A run of each input in turn, `outer` times.
  private struct Joining: ElementMove {
    let outer: Int
    let runs: [Int]

    func move<T: OperatorElement>(_ inputs: [[T]]) -> [T] {
      var result: [T] = []
      result.reserveCapacity(outer * runs.reduce(0, +))
      for row in 0..<outer {
        for (input, run) in zip(inputs, runs) { result += input[row * run..<(row + 1) * run] }
      }
      return result
    }
  }
}
