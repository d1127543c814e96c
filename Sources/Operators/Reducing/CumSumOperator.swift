struct CumSumOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "CumSum", "the sums of all numbers up to each one along an axis",
    inputs: [.required("x", .numbers), .required("axis", .integers)], outputs: ["y"],
    attributes: [.int("exclusive", 0), .int("reverse", 0)])

  let isExclusive: Bool
  let isReversed: Bool

  init(_ attributes: OperatorAttributes) {
    isExclusive = attributes.flag("exclusive")
    isReversed = attributes.flag("reverse")
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let tensor = try inputs.tensor(0, "x", ranks: 1...OperatorLimits.rank)
    let axis = try OperatorAxis.index(
      Int(inputs.integer(1, "axis") ?? 0), rank: tensor.shape.count)
    let split = AxisSplit(tensor.shape, axis)
    let values: OperatorValues<S> =
      if case .int64(let values) = tensor.values {
        .int64(
          sums(values, split, from: Int64(0)) {
            $0 &+ $1
          } as: {
            $0
          })
      } else {
        // Added up in Double: the error does not grow with the length.
        .float(
          sums(inputs.floats(0), split, from: 0.0) {
            $0 + Double($1)
          } as: {
            S($0)
          })
      }
    return [OperatorTensor(shape: tensor.shape, values: values)]
  }

  private func sums<T, Total>(
    _ values: [T], _ split: AxisSplit, from zero: Total, _ add: (Total, T) -> Total, as made: (Total) -> T
  ) -> [T] {
    var result = values
    for outer in 0..<split.outer {
      for inner in 0..<split.inner {
        var total = zero
        for step in 0..<split.size {
          let place = (outer * split.size + (isReversed ? split.size - 1 - step : step)) * split.inner + inner
          let next = add(total, values[place])
          result[place] = made(isExclusive ? total : next)
          total = next
        }
      }
    }
    return result
  }
}
