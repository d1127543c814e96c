struct NotOperator: StatelessOperator {
  static let signature = OperatorSignature.unary("Not", "whether x is false", types: .booleans)
  func run(_ inputs: [OperatorTensor?]) -> [OperatorTensor] {
    let tensor = inputs.tensor(0)
    return [
      OperatorTensor(shape: tensor.shape, values: .bool(Elements.map(Bool.unwrapped(tensor.values)) { !$0 }))
    ]
  }
}

/// An operator of two tensors of truth values, after broadcasting.
protocol LogicalOperator: StatelessOperator {
  static func value(_ a: Bool, _ b: Bool) -> Bool
}

extension LogicalOperator {
  package func run(_ inputs: [OperatorTensor?]) throws(OperatorError) -> [OperatorTensor] {
    let (a, b) = (inputs.tensor(0), inputs.tensor(1))
    let plan = try BroadcastPlan([a.shape, b.shape])
    let values = Elements.map(Bool.unwrapped(a.values), Bool.unwrapped(b.values), plan) { Self.value($0, $1) }
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
