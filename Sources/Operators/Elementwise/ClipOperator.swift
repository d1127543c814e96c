/// Where the bounds cross, the upper one holds.
struct ClipOperator: StatelessOperator {
  static let signature = OperatorSignature(
    "Clip", "y = x, but not below min and not above max",
    inputs: [
      .required("input", .numbers, as: "T"), .optional("min", .numbers, as: "T"),
      .optional("max", .numbers, as: "T"),
    ])

  func run(_ inputs: [OperatorTensor?]) throws(OperatorError) -> [OperatorTensor] {
    let tensor = inputs.tensor(0)
    if case .int64(let values) = tensor.values {
      let low = try inputs.scalar(1, "min", Int64.self) ?? .min
      let high = try inputs.scalar(2, "max", Int64.self) ?? .max
      return [
        OperatorTensor(shape: tensor.shape, values: .int64(Elements.map(values) { min(max($0, low), high) }))
      ]
    }
    let low = try inputs.scalar(1, "min", Float.self) ?? -.infinity
    let high = try inputs.scalar(2, "max", Float.self) ?? .infinity
    // A NaN stays one.
    let values = Elements.map(inputs.floats(0)) { x in
      let raised = x < low ? low : x
      return raised > high ? high : raised
    }
    return [OperatorTensor(shape: tensor.shape, values: .float(values))]
  }
}
