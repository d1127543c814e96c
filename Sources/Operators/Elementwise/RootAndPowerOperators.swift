import Glibc

struct ExpOperator: UnaryOperator, StatelessOperator {
  static let signature = OperatorSignature.unary("Exp", "y = eˣ", input: "input")
  static var cost: Int { 20 }
  func value(_ x: Float) -> Float { expf(x) }
}

struct LogOperator: UnaryOperator, StatelessOperator {
  static let signature = OperatorSignature.unary("Log", "y = ln x", input: "input")
  static var cost: Int { 20 }
  func value(_ x: Float) -> Float { logf(x) }
}

struct SqrtOperator: UnaryOperator, StatelessOperator {
  static let signature = OperatorSignature.unary("Sqrt", "y = √x")
  func value(_ x: Float) -> Float { x.squareRoot() }
}

struct ReciprocalOperator: UnaryOperator, StatelessOperator {
  static let signature = OperatorSignature.unary("Reciprocal", "y = 1 / x")
  func value(_ x: Float) -> Float { 1 / x }
}
