struct NotOperator: StatelessOperator {
  static let signature = OperatorSignature.unary("Not", "whether x is false", types: .booleans)
  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) -> [OperatorTensor<S>] {
    let tensor = inputs.tensor(0)
    return [
      OperatorTensor(shape: tensor.shape, values: .bool(Elements.map(tensor.values.booleans) { !$0 }))
    ]
  }
}

/// An operator of two tensors of truth values, after broadcasting.
protocol LogicalOperator: StatelessOperator {
  static func value(_ a: Bool, _ b: Bool) -> Bool
}

extension LogicalOperator {
  package func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError)
    -> [OperatorTensor<S>]
  {
    let (a, b) = (inputs.tensor(0), inputs.tensor(1))
    let plan = try BroadcastPlan([a.shape, b.shape])
    let values = Elements.map(a.values.booleans, b.values.booleans, plan) { Self.value($0, $1) }
    return [OperatorTensor(shape: plan.shape, values: .bool(values))]
  }
}

struct AndOperator: LogicalOperator {
  static let signature = OperatorSignature.binary("And", "whether both are true, broadcast", types: .booleans)
  static func value(_ a: Bool, _ b: Bool) -> Bool { a && b }
}

struct OrOperator: LogicalOperator {
  static let signature = OperatorSignature.binary("Or", "whether one is true, broadcast", types: .booleans)
  static func value(_ a: Bool, _ b: Bool) -> Bool { a || b }
}
