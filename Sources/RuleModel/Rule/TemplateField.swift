/// A parameter that a template sets.
package struct TemplateField: Sendable {
  /// Its value.
  package indirect enum Value: Sendable {
    /// Quoted in the rule: a string.
    case string(String)
    /// Plain in the rule: a number, `true`, or an enumeration's word.
    case literal(String)
    /// `"{expression}"`: what it evaluates to.
    case computed(CheckedExpression)
    /// A text with expressions in it, as a string.
    case text([TextPart])
    /// A message.
    case message([TemplateField])
    /// A repeated field, one value for each time.
    case list([Value])
    /// `{value: …, when: …}`: nothing is written where the condition does not hold.
    case conditional(Value, when: CheckedExpression)
  }

  /// A piece of a text.
  package enum TextPart: Sendable {
    /// As written.
    case text(String)
    /// What an expression evaluates to.
    case computed(CheckedExpression)
  }

  /// The field's name.
  package var name: String
  /// The field's value.
  package var value: Value

  /// Makes one of all its parts.
  package init(name: String, value: Value) {
    self.name = name
    self.value = value
  }
}
