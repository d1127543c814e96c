import Glibc

struct ExpOperator: UnaryOperator, StatelessOperator {
  static let signature = OperatorSignature.unary("Exp", "y = eˣ", input: "input")
  static var cost: Int { 20 }
  func value<S: OperatorScalar>(_ x: S) -> S { S.exp(x) }
}

struct LogOperator: UnaryOperator, StatelessOperator {
  static let signature = OperatorSignature.unary("Log", "y = ln x", input: "input")
  static var cost: Int { 20 }
  func value<S: OperatorScalar>(_ x: S) -> S { S.log(x) }
}

struct SqrtOperator: UnaryOperator, StatelessOperator {
  static let signature = OperatorSignature.unary("Sqrt", "y = √x")
  func value<S: OperatorScalar>(_ x: S) -> S { x.squareRoot() }
}

struct ReciprocalOperator: UnaryOperator, StatelessOperator {
  static let signature = OperatorSignature.unary("Reciprocal", "y = 1 / x")
  func value<S: OperatorScalar>(_ x: S) -> S { 1 / x }
}
