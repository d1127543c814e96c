/// An operator of two tensors that treats pairs of numbers by themselves, after broadcasting.
protocol ArithmeticOperator: StatelessOperator {
  /// The result for two numbers.
  static func value<S: OperatorScalar>(_ a: S, _ b: S) -> S
  /// The result for two whole numbers, modulo 2⁶⁴.
  static func value(_ a: Int64, _ b: Int64) -> Int64
  /// Whether a whole number can be the second operand.
  static func takes(_ b: Int64) -> Bool
}

extension ArithmeticOperator {
  static func takes(_ b: Int64) -> Bool { true }

  package func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError)
    -> [OperatorTensor<S>]
  {
    [try Self.combined(inputs.tensor(0), inputs.tensor(1))]
  }

  /// The result for two tensors of one element type.
  static func combined<S: OperatorScalar>(
    _ a: OperatorTensor<S>, _ b: OperatorTensor<S>
  ) throws(OperatorError) -> OperatorTensor<S> {
    let plan = try BroadcastPlan([a.shape, b.shape])
    switch (a.values, b.values) {
    case (.int64(let a), .int64(let b)):
      guard plan.count == 0 || b.allSatisfy(takes) else { throw OperatorError(.divisionByZero) }
      return OperatorTensor(shape: plan.shape, values: .int64(Elements.map(a, b, plan) { value($0, $1) }))
    default:
      let (a, b) = (a.values.floats, b.values.floats)
      return OperatorTensor(shape: plan.shape, values: .float(Elements.map(a, b, plan) { value($0, $1) }))
    }
  }
}

extension OperatorSignature {
  /// The signature of an operator of two tensors of one element type.
  static func binary(
    _ name: String, _ summary: String, types: [OperatorElementType] = .numbers,
    attributes: [OperatorAttributeField] = [], opsets: ClosedRange<Int> = OperatorSignature.opsets,
    products: OperatorProducts = .none
  ) -> OperatorSignature {
    OperatorSignature(
      name, summary, inputs: [.required("A", types, as: "T"), .required("B", types, as: "T")], outputs: ["C"],
      attributes: attributes, opsets: opsets, products: products)
  }
}

struct AddOperator: ArithmeticOperator {
  static let signature = OperatorSignature.binary("Add", "c = a + b, broadcast")
  static func value<S: OperatorScalar>(_ a: S, _ b: S) -> S { a + b }
  static func value(_ a: Int64, _ b: Int64) -> Int64 { a &+ b }
}

struct SubOperator: ArithmeticOperator {
  static let signature = OperatorSignature.binary("Sub", "c = a − b, broadcast")
  static func value<S: OperatorScalar>(_ a: S, _ b: S) -> S { a - b }
  static func value(_ a: Int64, _ b: Int64) -> Int64 { a &- b }
}

struct MulOperator: ArithmeticOperator {
  static let signature = OperatorSignature.binary("Mul", "c = a·b, broadcast", products: .eachOutput)
  static func value<S: OperatorScalar>(_ a: S, _ b: S) -> S { a * b }
  static func value(_ a: Int64, _ b: Int64) -> Int64 { a &* b }
}

struct DivOperator: ArithmeticOperator {
  static let signature = OperatorSignature.binary(
    "Div", "c = a / b, broadcast; whole numbers are rounded towards zero", products: .eachOutput)
  static func value<S: OperatorScalar>(_ a: S, _ b: S) -> S { a / b }
  static func value(_ a: Int64, _ b: Int64) -> Int64 { a.dividedReportingOverflow(by: b).partialValue }
  static func takes(_ b: Int64) -> Bool { b != 0 }
}
