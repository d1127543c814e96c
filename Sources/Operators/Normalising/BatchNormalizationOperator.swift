struct BatchNormalizationOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "BatchNormalization", "y = scale·(x − mean) / √(var + epsilon) + B per channel, with stored statistics",
    inputs: [
      .required("X", .floats), .required("scale", .floats), .required("B", .floats),
      .required("input_mean", .floats), .required("input_var", .floats),
    ],
    attributes: [
      .float("epsilon", 1e-5), .float("momentum", 0.9),
      .int("training_mode", 0, opsets: 14...OperatorSignature.opsets.upperBound),
    ], products: .eachOutput)

  let epsilon: Float

  init(_ attributes: OperatorAttributes) throws(OperatorError) {
    epsilon = attributes.float("epsilon")
    guard !attributes.flag("training_mode") else {
      throw OperatorError(
        .attribute("training_mode", expected: "0", found: "\(attributes.int("training_mode"))"))
    }
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let x = try inputs.tensor(0, "X", ranks: 2...OperatorLimits.rank)
    let channels = x.shape[1]
    for (index, name) in ["scale", "B", "input_mean", "input_var"].enumerated() {
      try inputs.require(index + 1, name, shape: [channels])
    }
    let (scale, bias, mean, variance) = (
      inputs.floats(1), inputs.floats(2), inputs.floats(3), inputs.floats(4)
    )
    let factors = (0..<channels).map {
      S(Double(scale[$0]) / (Double(variance[$0]) + Double(epsilon)).squareRoot())
    }
    // Per channel: first the mean goes, then all is scaled and shifted. A shift computed beforehand would cancel digits.
    let parameters = (0..<channels).map { (mean: mean[$0], factor: factors[$0], bias: bias[$0]) }
    let plan = BroadcastPlan(perChannel: x.shape)
    let values = Elements.map(inputs.floats(0), parameters, plan, cost: 4) { x, channel in
      (x - channel.mean) * channel.factor + channel.bias
    }
    return [OperatorTensor(shape: x.shape, values: .float(values))]
  }
}

extension BroadcastPlan {
  /// The plan for images × channels × … and a list with an entry for each channel.
  init(perChannel shape: [Int]) {
    self.init(
      shape: shape, strides: [shape.denseStrides, shape.indices.map { $0 == 1 && shape[1] != 1 ? 1 : 0 }])
  }
}
