import Diagnostics
import RuleModel
import YAML

/// The names that a rule's expressions can use, and the way their texts become checked expressions.
struct RuleScope: ExpressionScope {
  let presence: CapturePresence
  private let captures: [String]
  /// By capture, the group that makes it a list.
  private let groups: [Int?]
  /// The groups whose elements have a place among the bottoms of a layer.
  private let placedGroups: Set<Int>
  /// By capture, whether every match has a layer for it.
  private let isAlwaysPresent: [Bool]
  /// The group of whose elements one is meant; captures of other groups are lists.
  private var element: Int?
  /// What is known of captures that may be absent.
  private var facts = PresenceFacts()
  private var defined: [(name: String, type: ExpressionType)]
  /// By the name of a repetition, the list of layers of which it is one.
  private var itemsOf: [String: String] = [:]
  private let context: RuleContext

  /// The captures of a pattern.
  init(_ pattern: Pattern, _ context: RuleContext) {
    captures = pattern.captures.map(\.name)
    groups = pattern.captures.map(\.group)
    isAlwaysPresent = pattern.isAlwaysPresent
    placedGroups = Set(
      pattern.groups.indices.filter { if case .every = pattern.groups[$0].kind { true } else { false } })
    presence = CapturePresence(pattern)
    defined = context.parameters.map { ($0.name, $0.type) }
    self.context = context
  }

  /// The captures of a pattern as the conditions of one of them see them: it is there, and of a list it is one.
  init(_ pattern: Pattern, of capture: Int, _ context: RuleContext) {
    self.init(pattern, context)
    element = groups[capture]
    facts = PresenceFacts(present: [captures[capture]])
  }

  /// A single layer under a fixed name; without one, nothing but the parameters.
  init(layer: String? = nil, _ context: RuleContext) {
    captures = layer.map { [$0] } ?? []
    groups = captures.map { _ in nil }
    placedGroups = []
    isAlwaysPresent = captures.map { _ in true }
    presence = CapturePresence()
    defined = context.parameters.map { ($0.name, $0.type) }
    self.context = context
  }

  var names: [String] { captures + defined.map(\.name) }

  func type(of name: String) -> ExpressionType? {
    if let type = defined.last(where: { $0.name == name })?.type { return type }
    guard let index = captures.firstIndex(of: name) else { return nil }
    let layer = ExpressionType.layer(capture: name)
    return groups[index] == nil || groups[index] == element ? layer : .list(layer)
  }

  /// Whether a name is that of a `let`, a parameter or an item, and of no capture.
  func isDefined(_ name: String) -> Bool { defined.contains { $0.name == name } }

  func isParameter(_ name: String) -> Bool { context.parameters.contains { $0.name == name } }

  func hasPlace(_ capture: String) -> Bool {
    captures.firstIndex(of: itemsOf[capture] ?? capture).flatMap { groups[$0] }.map(placedGroups.contains)
      ?? false
  }

  func attribute(_ path: [String], of capture: String) -> AttributeLookup {
    context.fields?.lookup(path) ?? .dynamic
  }

  func note(_ remark: ExpressionError) { context.notes.add(remark) }

  /// Takes note of a field that Caffe does not have, and a fork may; `start` is its first byte in the text of `node`.
  func noteForeignField(_ field: String, from start: Int = 0, in node: YAMLNode, among candidates: [String]) {
    note(
      ExpressionError(
        .foreignField(field, candidates: candidates), at: start..<start + field.utf8.count))
    context.notes.locate(in: node)
  }

  /// Parses and checks an expression.
  func check(
    _ text: RuleText, expecting expected: ExpressionType = .dynamic, textOffset: Int = 0
  ) throws -> CheckedExpression {
    do {
      let expression = try Expression(parsing: text.text)
      let type = try ExpressionChecker(self, facts: facts).check(expression, expecting: expected)
      context.notes.locate(in: text.node)
      return CheckedExpression(expression, type: type, text: text.text, node: text.node)
    } catch {
      throw error.located(in: text.node, textOffset: textOffset)
    }
  }

  /// The scope with the name that a repetition gives to each number or item.
  func repeating(_ repetition: Repetition, at name: RuleText) throws -> RuleScope {
    var scope = self
    switch repetition.items.type {
    case .number, .shape: try scope.define(name, as: .number())
    case .list(.layer(let capture)):
      try scope.define(name, as: .layer(capture: name.text))
      scope.itemsOf[name.text] = capture
    case .list(let item): try scope.define(name, as: item)
    case .tensor(let shape) where shape.rank ?? 1 == 1: try scope.define(name, as: .number())
    case .dynamic: try scope.define(name, as: .dynamic)
    case let found:
      throw ExpressionError(.notRepeatable(found), at: repetition.items.expression.range)
        .located(in: repetition.items.node)
    }
    return scope
  }

  /// Parses and checks a condition.
  func check(_ condition: UncheckedCondition) throws -> Condition {
    Condition(
      expression: try check(condition.expression, expecting: .boolean), explanation: condition.explanation,
      isQuiet: condition.isQuiet)
  }

  /// Makes a `let` known to the expressions after it.
  mutating func define(_ name: RuleText, as type: ExpressionType) throws {
    try PatternChecker.checkName(name)
    if names.contains(name.text) { throw RuleError(.repeatedName(name.text), name.node) }
    defined.append((name.text, type))
  }

  /// The index of the capture that a text names, which stands for one layer in every match.
  func capture(_ text: RuleText) throws -> Int {
    let index = try anyCapture(text)
    if groups[index] != nil { throw RuleError(.severalHere(capture: text.text), text.node) }
    if !isAlwaysPresent[index] { throw RuleError(.absentHere(capture: text.text), text.node) }
    return index
  }

  /// The index of the capture that a text names, which may stand for no layer or for several.
  func anyCapture(_ text: RuleText) throws -> Int {
    guard let index = captures.firstIndex(of: text.text) else {
      throw RuleError(.unknownCapture(text.text, known: captures), text.node)
    }
    return index
  }

  /// The scope of a step that works on the layers of `captures`: done for each element of the list that they are of,
  /// and only where they are there.
  ///
  /// - Throws: `RuleError` at `node` where they are of two lists.
  func step(on layers: [Int], at node: YAMLNode) throws -> (scope: RuleScope, group: Int?) {
    var scope = self
    let listed = layers.filter { groups[$0] != nil }
    if let first = listed.first, let other = listed.first(where: { groups[$0] != groups[first] }) {
      throw RuleError(.twoLists(captures[first], captures[other]), node)
    }
    scope.element = listed.first.flatMap { groups[$0] }
    scope.facts = facts.and(PresenceFacts(present: Set(layers.map { captures[$0] })))
    return (scope, scope.element)
  }

  /// The scope behind a condition that holds.
  func assuming(_ condition: CheckedExpression?) -> RuleScope {
    guard let condition else { return self }
    var scope = self
    scope.facts = facts.and(ExpressionChecker.facts(of: condition.expression, being: true))
    return scope
  }
}

extension CapturePresence {
  /// What the structure of a pattern says.
  init(_ pattern: Pattern) {
    self.init()
    for (index, capture) in pattern.captures.enumerated() {
      if !pattern.isAlwaysPresent[index] {
        uncertain.insert(capture.name)
        implied[capture.name] = Set(pattern.implied(by: index).map { pattern.captures[$0].name })
      }
      if !capture.alternatives.isEmpty {
        choices.append((capture.name, capture.alternatives.map { pattern.captures[$0].name }))
      }
    }
  }
}

/// What the expressions of a rule file are checked with, besides the names of their rule.
struct RuleContext {
  /// The fields that layers have; nil where nobody knows them.
  var fields: (any LayerFields)?
  /// The lists of types of the file.
  var typeLists: [TypeList] = []
  /// What the author should know.
  var notes = RuleNotes()
  /// The parameters of the rule that is being checked.
  var parameters: [RuleParameter] = []
}
