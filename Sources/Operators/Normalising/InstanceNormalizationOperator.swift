struct InstanceNormalizationOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "InstanceNormalization", "y = scale·(x − mean) / √(var + epsilon) + B, with the statistics of each plane",
    inputs: [.required("input", .floats), .required("scale", .floats), .required("B", .floats)],
    outputs: ["output"],
    attributes: [.float("epsilon", 1e-5)])

  let epsilon: Float

  init(_ attributes: OperatorAttributes) { epsilon = attributes.float("epsilon") }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let x = try inputs.tensor(0, "input", ranks: 3...OperatorLimits.rank)
    let channels = x.shape[1]
    try inputs.require(1, "scale", shape: [channels])
    try inputs.require(2, "B", shape: [channels])
    let (scale, bias) = (inputs.floats(1), inputs.floats(2))
    let inner = x.shape[2...].reduce(1, *)
    let planes = x.shape[0] * channels
    let values = RowStatistics.normalized(inputs.floats(0), rows: planes, length: inner) {
      row, mean, variance in
      let factor = Double(scale[row % channels]) / (variance + Double(epsilon)).squareRoot()
      return (mean, factor, Double(bias[row % channels]))
    }
    return [OperatorTensor(shape: x.shape, values: .float(values))]
  }
}
