/// Where the bounds cross, the upper one holds.
struct ClipOperator: StatelessOperator {
  static let signature = OperatorSignature(
    "Clip", "y = x, but not below min and not above max",
    inputs: [
      .required("input", .numbers, as: "T"), .optional("min", .numbers, as: "T"),
      .optional("max", .numbers, as: "T"),
    ])

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let tensor = inputs.tensor(0)
    if case .int64(let values) = tensor.values {
      let low = try inputs.integer(1, "min") ?? .min
      let high = try inputs.integer(2, "max") ?? .max
      return [
        OperatorTensor(shape: tensor.shape, values: .int64(Elements.map(values) { min(max($0, low), high) }))
      ]
    }
    let low: S = try inputs.number(1, "min") ?? -.infinity
    let high: S = try inputs.number(2, "max") ?? .infinity
    // A NaN stays one.
    let values = Elements.map(inputs.floats(0)) { x in
      let raised = x < low ? low : x
      return raised > high ? high : raised
    }
    return [OperatorTensor(shape: tensor.shape, values: .float(values))]
  }
}
