/// A dropout outside of training, which drops nothing: converters leave it in their files.
struct DropoutOperator: StatelessOperator {
  private static let since12 = 12...OperatorSignature.opsets.upperBound

  static let signature = OperatorSignature(
    "Dropout", "the input; in training a part of it, by chance, which is refused",
    inputs: [
      .required("data", .floats), .optional("ratio", .floats, opsets: since12),
      .optional("training_mode", .booleans, opsets: since12),
    ], outputs: ["output", "mask"],
    attributes: [.float("ratio", 0.5, opsets: 11...11), .optional("seed", .int, opsets: since12)])

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let data = inputs.tensor(0)
    if case .bool(let flags)? = inputs.count > 2 ? inputs[2]?.values : nil, flags.contains(true) {
      throw OperatorError(.input("training_mode", expected: "false", found: "true"))
    }
    let mask = [Bool](repeating: true, count: data.values.count)
    return [data, OperatorTensor(shape: data.shape, values: .bool(mask))]
  }
}
