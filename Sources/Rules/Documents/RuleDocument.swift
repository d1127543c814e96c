import Diagnostics
import RuleModel
import YAML

/// A rule file as decoded: the right keys with the right kinds of values, and nothing checked beyond that.
///
/// `RuleChecker` makes `Rule` values of it.
package struct RuleDocument: Sendable {
  /// The file.
  package let source: SourceText
  /// The files that it extends.
  let extends: [RuleText]
  /// The rules, unchecked.
  package let rules: [UncheckedRule]
  /// The layouts, unchecked.
  package let layouts: [UncheckedLayout]
  /// The definitions of layer types, unchecked.
  package let definitions: [UncheckedDefinition]
  /// The paths of fields that do not change what a layer computes.
  let harmlessFields: [RuleText]
  /// The lists of types.
  let typeLists: [TypeList]
  /// What a program accepts, unchecked; nil in a file that is about none.
  let target: YAMLMap?

  /// Decodes a rule file; what is wrong with a rule or a layout is gathered, and the others are decoded.
  ///
  /// - Throws: `YAMLError` for a text that is not YAML, and for what keeps everything from being read.
  init(_ source: SourceText, _ problems: RuleProblems) throws {
    self.source = source
    let root = try YAMLMap(try YAMLDocument(source).root, as: RuleGrammar.file.name)
    problems.rejectUnknownKeys(of: root, RuleGrammar.file)
    _ = problems.attempt {
      let schema = try root.required("schema")
      let version = try schema.asInteger(for: .key("schema"))
      guard version == RuleGrammar.version else { throw RuleError(.unknownSchema(version), schema) }
    }
    extends = problems.attempt { try root.textList("extends") } ?? []
    harmlessFields = problems.attempt { try root.textList("harmless_fields") } ?? []
    rules = (problems.attempt { try root.sequence("rules") ?? [] } ?? []).compactMap { node in
      problems.attempt { try YAMLMap(node, as: RuleGrammar.rule.name) }.flatMap {
        UncheckedRule($0, problems)
      }
    }
    typeLists =
      problems.attempt {
        guard let lists = try root.map("types", as: "types") else { return [] }
        return try lists.texts.map { key, _ in
          TypeList(name: key.text, types: try lists.textList(key.text).map { Glob($0.text) })
        }
      } ?? []
    target = problems.attempt { try root.map("target", as: RuleGrammar.target.name) } ?? nil
    definitions = (problems.attempt { try root.sequence("layers") ?? [] } ?? []).compactMap { node in
      problems.attempt { try UncheckedDefinition(YAMLMap(node, as: RuleGrammar.definition.name)) }
    }
    layouts = (problems.attempt { try root.sequence("layouts") ?? [] } ?? []).compactMap { node in
      problems.attempt { try UncheckedLayout(YAMLMap(node, as: RuleGrammar.layout.name)) }
    }
  }
}

/// A rule as decoded.
package struct UncheckedRule: Sendable {
  let node: YAMLNode
  let id: RuleText
  let summary: String
  let documentation: String
  let tags: [RuleText]
  let safety: RuleText?
  let phase: RuleText?
  let syntax: RuleText?
  let tolerance: RuleText?
  let usual: RuleText?
  let passes: RuleText?
  let measure: RuleText?
  let priority: Int
  let once: Bool
  let quiet: Bool
  let allow: [RuleText]
  let parameters: [(name: RuleText, map: YAMLMap)]
  let matchNode: YAMLNode
  let match: [(name: RuleText, capture: UncheckedCapture)]
  let conditions: [UncheckedCondition]
  let lets: [(name: RuleText, expression: RuleText)]
  let transforms: [YAMLMap]
  let action: Action
  let tests: [YAMLMap]
  /// Whether nothing is wrong with it so far; the rest is checked all the same, so that one run tells all of it.
  let isSound: Bool

  /// What the rule does with a match.
  enum Action: Sendable {
    /// It rewrites.
    case rewrite(YAMLMap)
    /// It says something.
    case report(YAMLMap)

  }

  /// Whether the rule says something instead of rewriting.
  var isReport: Bool { if case .report = action { true } else { false } }

  /// Keys that a rule which changes nothing has no use for.
  static let rewritingKeys = [
    "rewrite", "transform", "safety", "tolerance", "passes", "measure", "priority", "once", "quiet", "allow",
  ]

  /// What the rule does; each key that does not go with that is a problem.
  private static func action(of map: YAMLMap, _ problems: RuleProblems) -> Action? {
    guard map.value("report") != nil else {
      return problems.attempt {
        .rewrite(try map.requiredMap("rewrite", as: RuleGrammar.rewrite.name))
      }
    }
    for key in rewritingKeys {
      guard let node = map.keyNode(key) else { continue }
      _ = problems.attempt { throw RuleError(.besideReport(key), node) }
    }
    return problems.attempt { .report(try map.requiredMap("report", as: RuleGrammar.report.name)) }
  }

  /// Decodes a rule and gathers what is wrong with it; nil where so much is that there is nothing to check.
  init?(_ map: YAMLMap, _ problems: RuleProblems) {
    let before = problems.count
    problems.rejectUnknownKeys(of: map, RuleGrammar.rule)
    let id = problems.attempt { try map.requiredText("id") }
    let summary = problems.attempt { try map.requiredString("summary") }
    let documentation = problems.attempt { try map.string("documentation") ?? "" }
    let tags = problems.attempt { try map.textList("tags") }
    let safety = problems.attempt { try map.text("safety") }
    let phase = problems.attempt { try map.text("phase") }
    let syntax = problems.attempt { try map.text("syntax") }
    let tolerance = problems.attempt { try map.text("tolerance") }
    let usual = problems.attempt { try map.text("default") }
    let passes = problems.attempt { try map.text("passes") }
    let measure = problems.attempt { try map.text("measure") }
    let priority = problems.attempt { try map.integer("priority") ?? 0 }
    let once = problems.attempt { try map.boolean("once") ?? false }
    let quiet = problems.attempt { try map.boolean("quiet") ?? false }
    let allow = problems.attempt { try map.textList("allow") }
    let parameters = problems.attempt {
      try map.map("parameters", as: "parameters")?.texts.map { key, value in
        (key, try YAMLMap(value, as: "parameter '\(clipped(key.text))'"))
      } ?? []
    }
    let conditions = problems.attempt { try map.conditions("where") }
    let matchMap = problems.attempt { try map.requiredMap("match", as: "match") }
    let match = problems.attemptEach(matchMap?.texts ?? []) { key, value in
      let capture = try YAMLMap(value, as: "capture '\(key.text)'")
      return try UncheckedCapture(capture, called: key.text, problems).map { (key, $0) }
    }.compactMap(\.self)
    let lets = problems.attempt {
      try map.map("let", as: "let")?.texts.map { key, value in
        (key, try value.asText(for: .key(key.text)))
      } ?? []
    }
    let transforms = problems.attempt { try map.maps("transform", as: RuleGrammar.assignment.name) }
    let action = Self.action(of: map, problems)
    let tests = problems.attempt { try map.maps("tests", as: RuleGrammar.test.name) }
    guard let id, let parameters, let matchMap, match.count == matchMap.keys.count, let conditions, let lets,
      let transforms, let action, !problems.isFull
    else { return nil }
    node = map.node
    self.id = id
    self.summary = summary ?? ""
    self.documentation = documentation ?? ""
    self.tags = tags ?? []
    // Optional twice: absent, or wrong.
    self.safety = safety ?? nil
    self.phase = phase ?? nil
    self.syntax = syntax ?? nil
    self.tolerance = tolerance ?? nil
    self.usual = usual ?? nil
    self.passes = passes ?? nil
    self.measure = measure ?? nil
    self.priority = priority ?? 0
    self.once = once ?? false
    self.quiet = quiet ?? false
    self.allow = allow ?? []
    self.parameters = parameters
    matchNode = matchMap.node
    self.match = match
    self.conditions = conditions
    self.lets = lets
    self.transforms = transforms
    self.action = action
    self.tests = tests ?? []
    isSound = problems.count == before
  }
}

/// One layer of a pattern as decoded.
package struct UncheckedCapture: Sendable {
  let node: YAMLNode
  let types: [RuleText]
  let name: RuleText?
  let included: Bool
  let bottom: YAMLNode?
  let optional: Bool
  let repetition: YAMLNode?
  let either: [RuleText]?
  let conditions: [UncheckedCondition]

  /// Decodes it; nil where it has unknown keys, which are gathered: what they were meant to say is not known.
  init?(_ map: YAMLMap, called capture: String, _ problems: RuleProblems) throws {
    let before = problems.count
    problems.rejectUnknownKeys(of: map, RuleGrammar.capture)
    guard problems.count == before else { return nil }
    node = map.node
    types = try map.textList("type")
    if types.isEmpty, let empty = map.value("type") { throw RuleError(.emptyList(key: "type"), empty) }
    name = try map.text("name")
    included = try map.boolean("included") ?? true
    bottom = map.value("bottom")
    optional = try map.boolean("optional") ?? false
    repetition = map.value("repeat")
    either = map.value("either") == nil ? nil : try map.textList("either")
    conditions = try map.conditions("where")
    // One of several layers is what that one is; a chain that may be absent repeats from 0 on.
    let shared =
      either == nil
      ? repetition != nil && optional ? ["repeat", "optional"] : [] : map.keys.filter { $0 != "where" }
    if shared.count > 1 { throw RuleError(.exclusive(shared, in: capture), map.node) }
  }
}

/// A condition as decoded: an expression, or a mapping of it and what users read where it does not hold.
package struct UncheckedCondition: Sendable {
  let expression: RuleText
  let explanation: String?
  let isQuiet: Bool

  init(_ node: YAMLNode, for subject: YAMLSubject) throws {
    guard case .mapping = node.content else {
      expression = try node.asText(for: subject)
      explanation = nil
      isQuiet = false
      return
    }
    let map = try YAMLMap(node, as: RuleGrammar.condition.name)
    try map.rejectUnknownKeys(allowed: RuleGrammar.condition.names)
    expression = try map.requiredText("that")
    explanation = try map.reason("because").text
    isQuiet = try map.boolean("quiet") ?? false
  }
}

extension YAMLMap {
  /// A condition or a list of them; empty when the key is absent.
  func conditions(_ key: String) throws -> [UncheckedCondition] {
    guard let value = value(key) else { return [] }
    guard let items = value.sequence else { return [try UncheckedCondition(value, for: .key(key))] }
    return try items.map { try UncheckedCondition($0, for: .item(of: key)) }
  }
}

/// A blob layout as decoded.
package struct UncheckedLayout: Sendable {
  let node: YAMLNode
  let id: RuleText
  let types: [RuleText]
  let condition: RuleText?
  let blobs: [RuleText]
  let epsilon: RuleText?
  let storedStatistics: RuleText?
  let axis: RuleText?
  let axisCount: RuleText?
  let scale: RuleText?
  let shift: RuleText?
  let refusal: String?
  let warning: String?
  let warningCondition: RuleText?
  let assumption: RuleText?

  init(_ map: YAMLMap) throws {
    try map.rejectUnknownKeys(allowed: RuleGrammar.layout.names)
    node = map.node
    id = try map.requiredText("id")
    _ = try map.required("type")
    types = try map.textList("type")
    if types.isEmpty { throw RuleError(.emptyList(key: "type"), try map.required("type")) }
    condition = try map.text("when")
    blobs = try map.textList("blobs")
    epsilon = try map.text("epsilon")
    storedStatistics = try map.text("stored_statistics")
    axis = try map.text("axis")
    axisCount = try map.text("axis_count")
    scale = try map.text("scale")
    shift = try map.text("shift")
    refusal = try map.string("refuse")
    warning = try map.string("warn")
    warningCondition = try map.text("warn_when")
    assumption = try map.text("assume")
    // A layout reads blobs or parameters.
    if scale == nil, shift == nil { _ = try map.required("blobs") }
  }
}
