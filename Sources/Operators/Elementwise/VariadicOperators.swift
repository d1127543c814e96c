struct MaxOperator: ArithmeticOperator {
  static let signature = OperatorSignature.variadic("Max", "the largest of each number, broadcast", .numbers)
  static func value<S: OperatorScalar>(_ a: S, _ b: S) -> S { a >= b || a.isNaN ? a : b }
  static func value(_ a: Int64, _ b: Int64) -> Int64 { max(a, b) }
}

struct MinOperator: ArithmeticOperator {
  static let signature = OperatorSignature.variadic("Min", "the smallest of each number, broadcast", .numbers)
  static func value<S: OperatorScalar>(_ a: S, _ b: S) -> S { a <= b || a.isNaN ? a : b }
  static func value(_ a: Int64, _ b: Int64) -> Int64 { min(a, b) }
}

struct SumOperator: StatelessOperator {
  static let signature = OperatorSignature.variadic("Sum", "the sum of each number, broadcast", .floats)
  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    [try inputs.combined(by: AddOperator.self)]
  }
}

struct MeanOperator: StatelessOperator {
  static let signature = OperatorSignature.variadic("Mean", "the mean of each number, broadcast", .floats)
  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let sum = try inputs.combined(by: AddOperator.self)
    let count = S(inputs.count)
    return [
      OperatorTensor(
        shape: sum.shape, values: .float(Elements.map(sum.values.floats) { $0 / count }))
    ]
  }
}

extension MaxOperator {
  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    [try inputs.combined(by: Self.self)]
  }
}

extension MinOperator {
  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    [try inputs.combined(by: Self.self)]
  }
}

extension Array {
  /// All inputs, one after the other.
  fileprivate func combined<S: OperatorScalar, O: ArithmeticOperator>(
    by operation: O.Type
  ) throws(OperatorError) -> OperatorTensor<S> where Element == OperatorTensor<S>? {
    var result = tensor(0)
    for index in indices.dropFirst() { result = try operation.combined(result, tensor(index)) }
    return result
  }
}

extension OperatorSignature {
  fileprivate static func variadic(
    _ name: String, _ summary: String, _ types: [OperatorElementType]
  ) -> OperatorSignature {
    OperatorSignature(name, summary, inputs: [.variadic("data_0", types)])
  }
}
