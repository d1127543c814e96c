import Diagnostics
package struct Expression: Sendable { package var text: String }
package struct ExpressionScope {
  package enum Expectation { case any, boolean, number, tensor }
  let source: SourceText
  var names: [String]
  init(source: SourceText, pattern: Pattern) { self.source = source; names = pattern.captures.map(\.name) }
  init(source: SourceText, layer: String) { self.source = source; names = [layer] }
  func check(_ text: RuleText, expecting: Expectation) throws -> CheckedExpression {
    CheckedExpression(expression: Expression(text: text.text), text: text.text, place: text.node.place)
  }
  mutating func define(_ name: RuleText, as: CheckedExpression) throws {}
  func capture(_ text: RuleText) throws -> Int {
    guard let i = names.firstIndex(of: text.text) else { throw RuleError(.unknownCapture(text.text, known: names), text.node) }
    return i
  }
}
