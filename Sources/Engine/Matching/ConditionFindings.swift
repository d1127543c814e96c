import Diagnostics
import RuleModel

/// A part of a condition that does not hold: what was found, and what the rule wants.
package struct ConditionFinding: Sendable, Equatable {
  /// The part as the rule writes it: `bn.batch_norm_param.eps`.
  package var text: String
  /// Its value.
  package var found: String
  /// What it would have to be: `> 0`, `true`, `in ['MAX', 'AVE']`.
  package var wanted: String
}

extension MatchEnvironment {
  /// The parts by which a condition fails: of `a and b` those that are false, of `a or b` both, of a comparison its left side.
  func findings(of condition: CheckedExpression) -> [ConditionFinding] {
    let search = FindingSearch(environment: self, text: Array(condition.text.utf8))
    return search.findings(condition.expression, wanted: true)
  }
}

private struct FindingSearch {
  let environment: MatchEnvironment
  let text: [UInt8]

  func findings(_ expression: Expression, wanted: Bool) -> [ConditionFinding] {
    switch expression.form {
    case .not(let inner): return findings(inner, wanted: !wanted)
    case .binary(let operation, let left, let right) where operation.kind == .and || operation.kind == .or:
      // What cannot be evaluated stands behind an 'and' or 'or' that decides without it.
      return [left, right].filter { truth($0) == !wanted }.flatMap { findings($0, wanted: wanted) }
    case .binary(let operation, let left, let right) where Self.isComparison(operation.kind):
      var side = part(right)
      if let value = shown(right), value != side { side += " (\(value))" }
      return finding(left, wanted: (wanted ? "" : "not ") + "\(operation.kind.rawValue) \(side)")
    case .membership(let item, let list, let isNegated):
      return finding(item, wanted: (isNegated == wanted ? "not in " : "in ") + part(list))
    default: return finding(expression, wanted: String(wanted))
    }
  }

  private static func isComparison(_ operation: BinaryOperator) -> Bool {
    switch operation {
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
    default: false
    }
  }

  private func finding(_ expression: Expression, wanted: String) -> [ConditionFinding] {
    guard let value = shown(expression) else { return [] }
    return [ConditionFinding(text: part(expression), found: value, wanted: wanted)]
  }

  private func part(_ expression: Expression) -> String {
    String(decoding: text[expression.range], as: UTF8.self)
  }

  private func truth(_ expression: Expression) -> Bool? {
    if case .boolean(let value)? = try? environment.evaluator.value(of: expression) { return value }
    return nil
  }

  private func shown(_ expression: Expression) -> String? {
    (try? environment.evaluator.value(of: expression)).flatMap(Self.shown)
  }

  /// A value as a rule would write it; nil for what has no short form.
  private static func shown(_ value: ExpressionValue) -> String? {
    switch value {
    case .number(let number):
      return number.shownNumber
    case .boolean(let truth): return String(truth)
    case .string(let string): return "'\(string)'"
    case .list(let items):
      let parts = items.prefix(8).compactMap(shown)
      return parts.count == min(items.count, 8)
        ? "[\(parts.joined(separator: ", "))\(items.count > 8 ? ", …" : "")]" : nil
    case .tensor, .lazy:
      guard let tensor = value.lazyTensor else { return nil }
      if let small = value.tensor, small.values.count <= 8 {
        return "[\(small.values.map { "\($0)" }.joined(separator: ", "))]"
      }
      return "a tensor of \(tensor.shape.description)"
    default: return nil
    }
  }
}
