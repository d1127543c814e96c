import Glibc

struct ReluOperator: UnaryOperator, StatelessOperator {
  static let signature = OperatorSignature.unary("Relu", "y = max(x, 0)")
  func value<S: OperatorScalar>(_ x: S) -> S { x < 0 ? 0 : x }
}

struct LeakyReluOperator: UnaryOperator {
  static let signature = OperatorSignature.unary(
    "LeakyRelu", "y = x from 0 on, alpha·x below", attributes: [.float("alpha", 0.01)])
  let alpha: Float
  init(_ attributes: OperatorAttributes) { alpha = attributes.float("alpha") }
  func value<S: OperatorScalar>(_ x: S) -> S { x < 0 ? S(alpha) * x : x }
}

struct EluOperator: UnaryOperator {
  static let signature = OperatorSignature.unary(
    "Elu", "y = x from 0 on, alpha·(eˣ − 1) below", attributes: [.float("alpha", 1)])
  static var cost: Int { 20 }
  let alpha: Float
  init(_ attributes: OperatorAttributes) { alpha = attributes.float("alpha") }
  func value<S: OperatorScalar>(_ x: S) -> S { x < 0 ? S(alpha) * S.expm1(x) : x }
}

struct SigmoidOperator: UnaryOperator, StatelessOperator {
  static let signature = OperatorSignature.unary("Sigmoid", "y = 1 / (1 + e⁻ˣ)")
  static var cost: Int { 20 }
  func value<S: OperatorScalar>(_ x: S) -> S { 1 / (1 + S.exp(-x)) }
}

struct HardSigmoidOperator: UnaryOperator {
  static let signature = OperatorSignature.unary(
    "HardSigmoid", "y = alpha·x + beta, between 0 and 1",
    attributes: [.float("alpha", 0.2), .float("beta", 0.5)])
  let alpha: Float
  let beta: Float
  init(_ attributes: OperatorAttributes) {
    alpha = attributes.float("alpha")
    beta = attributes.float("beta")
  }
  func value<S: OperatorScalar>(_ x: S) -> S { max(0, min(1, S(alpha) * x + S(beta))) }
}

struct HardSwishOperator: UnaryOperator, StatelessOperator {
  static let signature = OperatorSignature.unary(
    "HardSwish", "y = x·max(0, min(1, x/6 + 1/2))", opsets: 14...OperatorSignature.opsets.upperBound)
  func value<S: OperatorScalar>(_ x: S) -> S { x * max(0, min(1, x / 6 + 0.5)) }
}

struct TanhOperator: UnaryOperator, StatelessOperator {
  static let signature = OperatorSignature.unary("Tanh", "y = tanh x", input: "input")
  static var cost: Int { 20 }
  func value<S: OperatorScalar>(_ x: S) -> S { S.tanh(x) }
}

/// ln(1 + eˣ), written so that eˣ cannot overflow.
struct SoftplusOperator: UnaryOperator, StatelessOperator {
  static let signature = OperatorSignature.unary("Softplus", "y = ln(1 + eˣ)")
  static var cost: Int { 40 }
  func value<S: OperatorScalar>(_ x: S) -> S { max(x, 0) + S.log1p(S.exp(-x.magnitude)) }
}
