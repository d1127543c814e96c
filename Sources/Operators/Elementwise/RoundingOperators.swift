struct AbsOperator: IntegerUnaryOperator, StatelessOperator {
  static let signature = OperatorSignature.unary("Abs", "y = |x|", types: .numbers)
  func value<S: OperatorScalar>(_ x: S) -> S { x.magnitude }
  func value(_ x: Int64) -> Int64 { x < 0 ? 0 &- x : x }
}

struct NegOperator: IntegerUnaryOperator, StatelessOperator {
  static let signature = OperatorSignature.unary("Neg", "y = −x", types: .numbers)
  func value<S: OperatorScalar>(_ x: S) -> S { -x }
  func value(_ x: Int64) -> Int64 { 0 &- x }
}

struct SignOperator: IntegerUnaryOperator, StatelessOperator {
  static let signature = OperatorSignature.unary(
    "Sign", "y = 1 above 0, −1 below 0, 0 at 0", input: "input", types: .numbers)
  func value<S: OperatorScalar>(_ x: S) -> S { x > 0 ? 1 : x < 0 ? -1 : 0 }
  func value(_ x: Int64) -> Int64 { x.signum() }
}

struct FloorOperator: UnaryOperator, StatelessOperator {
  static let signature = OperatorSignature.unary("Floor", "the largest whole number that is not above x")
  func value<S: OperatorScalar>(_ x: S) -> S { x.rounded(.down) }
}

struct CeilOperator: UnaryOperator, StatelessOperator {
  static let signature = OperatorSignature.unary("Ceil", "the smallest whole number that is not below x")
  func value<S: OperatorScalar>(_ x: S) -> S { x.rounded(.up) }
}

struct RoundOperator: UnaryOperator, StatelessOperator {
  static let signature = OperatorSignature.unary("Round", "the nearest whole number, ties to the even one")
  func value<S: OperatorScalar>(_ x: S) -> S { x.rounded(.toNearestOrEven) }
}
