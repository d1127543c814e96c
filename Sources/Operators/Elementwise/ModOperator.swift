import Glibc

/// The remainder of a division: with `fmod` it has the sign of the dividend, else that of the divisor. Numbers that are
/// not whole may go without `fmod` from operator set 28 on.
struct ModOperator: OperatorDescription {
  static let signature = OperatorSignature.binary(
    "Mod", "the remainder of a / b, broadcast, with the sign of b, or of a with fmod",
    attributes: [.int("fmod", 0)])

  let hasDividendSign: Bool
  let takesFloats: Bool

  init(_ attributes: OperatorAttributes) {
    hasDividendSign = attributes.flag("fmod")
    takesFloats = hasDividendSign || attributes.opset >= 28
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let (a, b) = (inputs.tensor(0), inputs.tensor(1))
    let plan = try BroadcastPlan([a.shape, b.shape])
    guard case (.int64(let a), .int64(let b)) = (a.values, b.values) else {
      guard takesFloats else {
        throw OperatorError(.attribute("fmod", expected: "1 for numbers that are not whole", found: "0"))
      }
      let values = Elements.map(inputs.floats(0), inputs.floats(1), plan, cost: 20) { a, b in
        let remainder = S.fmod(a, b)
        if hasDividendSign || remainder.isNaN { return remainder }
        if remainder == 0 { return b.sign == .minus ? -0.0 : 0 }
        return remainder.sign == b.sign ? remainder : remainder + b
      }
      return [OperatorTensor(shape: plan.shape, values: .float(values))]
    }
    guard plan.count == 0 || !b.contains(0) else { throw OperatorError(.divisionByZero) }
    let values = Elements.map(a, b, plan, cost: 20) { a, b in
      // Int64.min by −1 leaves 0.
      let remainder = b == -1 ? 0 : a % b
      return !hasDividendSign && remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder
    }
    return [OperatorTensor(shape: plan.shape, values: .int64(values))]
  }
}
