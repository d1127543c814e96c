import Diagnostics
import RuleModel
import YAML

/// Checks the `parameters` of a rule, and the values that its tests and its user give them.
struct ParameterChecker {
  let context: RuleContext

  /// How many parameters a rule has at most.
  static let limit = 64

  /// A declared parameter; `taken` are the captures of the rule, with which parameters share their names.
  func check(_ name: RuleText, _ map: YAMLMap, taken: [String]) throws -> RuleParameter {
    try PatternChecker.checkName(name)
    if taken.contains(name.text) { throw RuleError(.repeatedName(name.text), name.node) }
    try map.rejectUnknownKeys(allowed: RuleGrammar.parameter.names)
    var parameter = RuleParameter(
      name: name.text, kind: try kind(map, of: name), fallback: nil, conditions: [],
      summary: try map.requiredString("summary"), place: name.node.place)
    var context = context
    context.parameters = [parameter]
    let scope = RuleScope(context)
    parameter.conditions = try map.textList("where").map { try scope.check($0, expecting: .boolean) }
    parameter.fallback = try map.value("default").map { try parameter.value(of: $0, for: "'default'") }
    return parameter
  }

  private func kind(_ map: YAMLMap, of name: RuleText) throws -> RuleParameter.Kind {
    let words = try map.textList("one_of")
    let given = RuleGrammar.parameterKinds.filter { map.value($0) != nil }
    if given.count > 1 { throw RuleError(.exclusive(given, in: name.text), map.node) }
    if let held = try map.text("map") {
      guard let kind = RuleParameter.Kind.Held(rawValue: held.text) else {
        let allowed = RuleParameter.Kind.Held.allCases.map(\.rawValue)
        throw RuleError(.unknownWord(held.text, for: "'map'", allowed: allowed), held.node)
      }
      return .map(kind)
    }
    guard let type = try map.text("type") else {
      guard let list = map.value("one_of") else {
        throw RuleError(.parameterKind(name.text), map.node)
      }
      guard !words.isEmpty else { throw RuleError(.emptyList(key: "one_of"), list) }
      for (index, word) in words.enumerated() where words[..<index].contains(where: { $0.text == word.text })
      {
        throw RuleError(.namedTwice(word.text, under: "one_of"), word.node)
      }
      return .oneOf(words.map(\.text))
    }
    guard let kind = RuleParameter.Kind.named.first(where: { $0.word == type.text })?.kind else {
      throw RuleError(
        .unknownWord(type.text, for: "'type'", allowed: RuleParameter.Kind.named.map(\.word)), type.node)
    }
    return kind
  }

  /// The values that a test gives; one is there for every parameter without a default.
  func check(
    _ map: YAMLMap?, of test: String, at node: YAMLNode, _ parameters: [RuleParameter]
  ) throws -> [String: ExpressionValue] {
    var values: [String: ExpressionValue] = [:]
    for (key, value) in map?.texts ?? [] {
      guard let parameter = parameters.first(where: { $0.name == key.text }) else {
        throw RuleError(.noParameter(key.text, known: parameters.map(\.name)), key.node)
      }
      values[key.text] = try parameter.value(of: value, for: "'\(key.text)'")
    }
    if let missing = parameters.first(where: { $0.isRequired && values[$0.name] == nil }) {
      throw RuleError(.testLacks(missing.name, test: test), node)
    }
    return values
  }
}

extension RuleParameter {
  /// The value that a node of a rule file stands for.
  fileprivate func value(of node: YAMLNode, for subject: String) throws(RuleError) -> ExpressionValue {
    guard let value = kind.value(of: node) else {
      throw RuleError(.wrongValue(subject, of: kind, found: YAMLDescription(node).phrase), node)
    }
    if let text = unmetCondition(of: value) {
      throw RuleError(.unfitValue(subject, found: value.parameterText, condition: text), node)
    }
    return value
  }

  /// The first condition that does not hold of a value.
  func unmetCondition(of value: ExpressionValue) -> String? {
    let evaluator = ExpressionEvaluator(NamedValues([name: value]))
    return conditions.first { (try? evaluator.boolean(of: $0.expression)) != true }?.text
  }
}
