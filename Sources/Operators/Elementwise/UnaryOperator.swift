/// An operator of one tensor that treats each number by itself.
protocol UnaryOperator: OperatorDescription {
  /// How many elementary operations one number costs.
  static var cost: Int { get }
  /// The result for one number.
  func value<S: OperatorScalar>(_ x: S) -> S
}

extension UnaryOperator {
  static var cost: Int { 2 }

  package func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) -> [OperatorTensor<S>] {
    [
      OperatorTensor(
        shape: inputs.tensor(0).shape,
        values: .float(Elements.map(inputs.floats(0), cost: Self.cost) { value($0) }))
    ]
  }
}

/// A unary operator that also takes whole numbers.
protocol IntegerUnaryOperator: UnaryOperator {
  /// The result for one whole number, modulo 2⁶⁴.
  func value(_ x: Int64) -> Int64
}

extension IntegerUnaryOperator {
  package func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) -> [OperatorTensor<S>] {
    let tensor = inputs.tensor(0)
    let values: OperatorValues<S> =
      if case .int64(let numbers) = tensor.values {
        .int64(Elements.map(numbers) { value($0) })
      } else {
        .float(Elements.map(inputs.floats(0), cost: Self.cost) { value($0) })
      }
    return [OperatorTensor(shape: tensor.shape, values: values)]
  }
}

extension OperatorSignature {
  /// The signature of an operator of one tensor.
  static func unary(
    _ name: String, _ summary: String, input: String = "X", types: [OperatorElementType] = .floats,
    attributes: [OperatorAttributeField] = [], opsets: ClosedRange<Int> = OperatorSignature.opsets
  ) -> OperatorSignature {
    OperatorSignature(
      name, summary, inputs: [.required(input, types)], attributes: attributes, opsets: opsets)
  }
}
