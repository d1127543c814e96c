/// An operator that compares two tensors, after broadcasting.
protocol ComparisonOperator: StatelessOperator {
  static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool
}

extension ComparisonOperator {
  package func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError)
    -> [OperatorTensor<S>]
  {
    let plan = try BroadcastPlan([inputs.tensor(0).shape, inputs.tensor(1).shape])
    let values =
      switch (inputs.tensor(0).values, inputs.tensor(1).values) {
      case (.int64(let a), .int64(let b)): Elements.map(a, b, plan) { Self.holds($0, $1) }
      case (.bool(let a), .bool(let b)): Elements.map(a, b, plan) { Self.holds($0 ? 1 : 0, $1 ? 1 : 0) }
      case (let a, let b):
        Elements.map(a.floats, b.floats, plan) { Self.holds($0, $1) }
      }
    return [OperatorTensor(shape: plan.shape, values: .bool(values))]
  }
}

struct EqualOperator: ComparisonOperator {
  static let signature = OperatorSignature.binary(
    "Equal", "whether a = b, broadcast", types: [.float, .int64, .bool])
  static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a == b }
}

struct GreaterOperator: ComparisonOperator {
  static let signature = OperatorSignature.binary("Greater", "whether a > b, broadcast")
  static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a > b }
}

struct GreaterOrEqualOperator: ComparisonOperator {
  static let signature = OperatorSignature.binary(
    "GreaterOrEqual", "whether a ≥ b, broadcast", opsets: 12...OperatorSignature.opsets.upperBound)
  static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a >= b }
}

struct LessOperator: ComparisonOperator {
  static let signature = OperatorSignature.binary("Less", "whether a < b, broadcast")
  static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a < b }
}

struct LessOrEqualOperator: ComparisonOperator {
  static let signature = OperatorSignature.binary(
    "LessOrEqual", "whether a ≤ b, broadcast", opsets: 12...OperatorSignature.opsets.upperBound)
  static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a <= b }
}
