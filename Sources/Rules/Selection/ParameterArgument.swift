import Diagnostics
import RuleModel

/// A value for a parameter from outside the rule: `mean=104,117,123`, or `rule-id.mean=…` for one rule alone.
package struct ParameterArgument: Sendable, Equatable {
  /// The rule that it is for; nil for all that have a parameter of this name.
  package var rule: String?
  /// The parameter.
  package var name: String
  /// The value as it was written.
  package var text: String
  /// Where it stands; nil for the command line.
  package var place: SourcePlace?

  /// Reads what follows `--param`.
  package init(parsing text: String) throws(RuleError) {
    guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
      throw RuleError(.noArgument(text))
    }
    self.init(key: String(text[..<sign]), text: String(text[text.index(after: sign)...]))
  }

  /// A value under `name` or `rule.name`.
  package init(key: String, text: String, place: SourcePlace? = nil) {
    if let dot = key.firstIndex(of: ".") {
      rule = String(key[..<dot])
      name = String(key[key.index(after: dot)...])
    } else {
      name = key
    }
    self.text = text
    self.place = place
  }

  /// What is left of `arguments` when `others` go before them.
  package static func completing(_ arguments: [ParameterArgument], with others: [ParameterArgument])
    -> [ParameterArgument]
  {
    others.filter { other in
      !arguments.contains { $0.name == other.name && ($0.rule == nil || $0.rule == other.rule) }
    } + arguments
  }

  /// `mean` or `rule-id.mean`.
  package var key: String { rule.map { "\($0).\(name)" } ?? name }

  /// As it is written behind `--param`.
  package var description: String { "\(key)=\(text)" }
}

extension RuleSet {
  /// Gives parameters their values.
  ///
  /// - Parameter all: the rules there are, selected or not, for what is said about a value that no selected rule takes.
  /// - Throws: `RuleError` for a value that no rule takes, or that is not what its rule wants.
  package static func giving(
    _ arguments: [ParameterArgument], to rules: [Rule], among all: [Rule]
  ) throws(RuleError) -> [Rule] {
    for (index, argument) in arguments.enumerated() {
      if arguments[..<index].contains(where: { $0.key == argument.key }) {
        throw RuleError(.repeatedArgument(argument.key), at: argument.place)
      }
      guard !rules.contains(where: argument.isFor) else { continue }
      // A project file is for all runs, whatever they select.
      if argument.place != nil, all.contains(where: argument.isFor) { continue }
      throw RuleError(argument.whyUnused(by: rules, among: all), at: argument.place)
    }
    var given = rules
    for index in given.indices {
      // What names the rule goes before what names the parameter alone.
      for argument in arguments.filter({ $0.rule == nil }) + arguments.filter({ $0.rule != nil })
      where argument.isFor(given[index]) {
        guard let parameter = given[index].parameters.first(where: { $0.name == argument.name }) else {
          continue
        }
        given[index].arguments[argument.name] = try parameter.value(of: argument, for: given[index].id)
      }
    }
    return given
  }

  /// Makes sure that every parameter has a value.
  package func checkParameters() throws(RuleError) {
    for rule in rules {
      guard let parameter = rule.missingParameters.first else { continue }
      throw RuleError(
        .missingParameter(parameter.name, rule: rule.id, kind: parameter.kind), at: parameter.place)
    }
  }
}

extension ParameterArgument {
  func isFor(_ rule: Rule) -> Bool {
    (self.rule ?? rule.id) == rule.id && rule.parameters.contains { $0.name == name }
  }

  fileprivate func whyUnused(by rules: [Rule], among all: [Rule]) -> RuleError.Reason {
    if let rule {
      guard let named = all.last(where: { $0.id == rule }) else {
        return .unknownRule(rule, known: all.map(\.id))
      }
      guard named.parameters.contains(where: { $0.name == name }) else {
        return .ruleLacksParameter(name, rule: rule, known: named.parameters.map(\.name))
      }
      return named.safety == .approximate
        ? .unsafeParameter(name, rule: rule) : .idleParameter(name, rules: [rule])
    }
    let idle = all.filter(isFor).map(\.id)
    if let rule = all.last(where: isFor), rule.safety == .approximate, idle.uniqued.count == 1 {
      return .unsafeParameter(name, rule: rule.id)
    }
    guard idle.isEmpty else { return .idleParameter(name, rules: idle.uniqued) }
    return .unknownParameter(name, known: rules.flatMap { $0.parameters.map(\.name) }.uniqued)
  }
}

extension RuleParameter {
  fileprivate func value(
    of argument: ParameterArgument, for rule: String
  ) throws(RuleError) -> ExpressionValue {
    let subject = "parameter '\(name)' of rule '\(rule)'"
    guard let value = kind.value(of: argument.text) else {
      throw RuleError(
        .wrongValue(subject, of: kind, found: "'\(clipped(argument.text))'"), at: argument.place)
    }
    if let text = unmetCondition(of: value) {
      throw RuleError(
        .unfitValue(subject, found: value.parameterText, condition: text), at: argument.place)
    }
    return value
  }
}

extension [String] {
  /// The first of each, in order.
  var uniqued: [String] {
    var known: Set<String> = []
    return filter { known.insert($0).inserted }
  }
}
