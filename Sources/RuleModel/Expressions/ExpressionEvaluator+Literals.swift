import Diagnostics
import Tensors

/// Comparisons with numbers that are written in an expression.
///
/// Fields of definitions and blobs hold numbers in single precision: `eps: 1e-5` reads as 9.99999974737875e-06, and so does
/// Caffe. A number that an expression gives literally counts as the same where it is the same in single precision, so that
/// `bn.batch_norm_param.eps == 1e-5` is true.
extension ExpressionEvaluator {
  /// The comparison of `a` and `b`, one of which is literal; nil where they are no numbers.
  ///
  /// - Parameters:
  ///   - other: the one that is not literal.
  ///   - single: the literal one in single precision.
  mutating func compared(
    _ operation: Expression.Operation, _ a: ExpressionValue, _ b: ExpressionValue, _ other: ExpressionValue,
    _ single: ExpressionValue
  ) throws(ExpressionError) -> ExpressionValue? {
    let range = operation.range
    if case .list = a, case .list = b {
      guard operation.kind == .equal || operation.kind == .notEqual else { return nil }
      return .boolean((a.isSame(as: b) || other.isSame(as: single)) == (operation.kind == .equal))
    }
    guard let exact = try arithmetic(operation.kind, a, b, at: range),
      let same = try arithmetic(.equal, other, single, at: range)
    else { return nil }
    let truth: ExpressionValue?
    switch operation.kind {
    case .equal, .lessOrEqual, .greaterOrEqual:
      let sum = try arithmetic(.add, exact, same, at: range)
      truth = try sum.flatMap { (sum) throws(ExpressionError) in
        try arithmetic(.greater, sum, .number(0), at: range)
      }
    default: truth = try arithmetic(.greater, exact, same, at: range)
    }
    if case .number(let number)? = truth { return .boolean(number != 0) }
    return truth
  }
}

extension Expression {
  /// The value in single precision of a number, or a list with numbers, that is written out and that single precision
  /// does not hold; nil for anything else.
  var singleLiteral: ExpressionValue? {
    guard let (value, isRounded) = rounded, isRounded else { return nil }
    return value
  }

  private var rounded: (value: ExpressionValue, isRounded: Bool)? {
    switch form {
    case .number(let number):
      let single = number.inSinglePrecision
      // What single precision cannot tell from 0 or from an infinity stays what it is.
      guard single.isFinite, single != 0, single != number else { return (.number(number), false) }
      return (.number(single), true)
    case .negation(let operand):
      guard let (value, isRounded) = operand.rounded, case .number(let number) = value else { return nil }
      return (.number(-number), isRounded)
    case .string(let text): return (.string(Name(text)), false)
    case .list(let items):
      var values: [ExpressionValue] = []
      var isAnyRounded = false
      for item in items {
        guard let (value, isRounded) = item.rounded else { return nil }
        values.append(value)
        isAnyRounded = isAnyRounded || isRounded
      }
      return (.list(values), isAnyRounded)
    default: return nil
    }
  }
}
