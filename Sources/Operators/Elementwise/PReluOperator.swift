struct PReluOperator: StatelessOperator {
  static let signature = OperatorSignature(
    "PRelu", "y = x from 0 on, slope·x below; the slope is broadcast to x",
    inputs: [.required("X", .floats), .required("slope", .floats)], products: .eachOutput)

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let (x, slope) = (inputs.tensor(0), inputs.tensor(1))
    let plan = try BroadcastPlan([x.shape, slope.shape])
    guard plan.shape == x.shape else {
      throw OperatorError(
        .input(
          "slope", expected: "a shape that can be broadcast to \(x.shape.asShape)", found: slope.shape.asShape
        ))
    }
    let values = Elements.map(inputs.floats(0), inputs.floats(1), plan) { x, slope in x < 0 ? slope * x : x }
    return [OperatorTensor(shape: x.shape, values: .float(values))]
  }
}
