import Diagnostics

/// The names that a rule's expressions can use, and the way their texts become checked expressions.
struct RuleScope: ExpressionScope {
  private let captures: [String]
  private var lets: [(name: String, type: ExpressionType)] = []
  private let context: RuleContext

  /// The captures of a pattern.
  init(_ pattern: Pattern, _ context: RuleContext) {
    captures = pattern.captures.map(\.name)
    self.context = context
  }

  /// A single layer under a fixed name.
  init(layer: String, _ context: RuleContext) {
    captures = [layer]
    self.context = context
  }

  var names: [String] { captures + lets.map(\.name) }

  func type(of name: String) -> ExpressionType? {
    if let type = lets.last(where: { $0.name == name })?.type { return type }
    return captures.contains(name) ? .layer(capture: name) : nil
  }

  func attribute(_ path: [String], of capture: String) -> AttributeLookup {
    context.fields?.lookup(path) ?? .dynamic
  }

  func note(_ remark: ExpressionError) { context.notes.add(remark) }

  /// Parses and checks an expression.
  func check(
    _ text: RuleText, expecting expected: ExpressionType = .dynamic
  ) throws -> CheckedExpression {
    do {
      let expression = try Expression(parsing: text.text)
      let type = try ExpressionChecker(self).check(expression, expecting: expected)
      context.notes.settle(in: text.node)
      return CheckedExpression(expression: expression, type: type, text: text.text, node: text.node)
    } catch {
      throw error.located(in: text.node)
    }
  }

  /// Makes a `let` known to the expressions after it.
  mutating func define(_ name: RuleText, as type: ExpressionType) throws {
    guard PatternChecker.isName(name.text) else { throw RuleError(.badCaptureName(name.text), name.node) }
    if names.contains(name.text) { throw RuleError(.repeatedName(name.text), name.node) }
    lets.append((name.text, type))
  }

  /// The index of the capture that a text names.
  func capture(_ text: RuleText) throws -> Int {
    guard let index = captures.firstIndex(of: text.text) else {
      throw RuleError(.unknownCapture(text.text, known: captures), text.node)
    }
    return index
  }
}

/// What the expressions of a rule file are checked with, besides the names of their rule.
struct RuleContext {
  /// The fields that layers have; nil where nobody knows them.
  var fields: (any LayerFields)?
  /// What the author should know.
  var notes = RuleNotes()
}
