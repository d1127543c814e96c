/// A name with places for the names of captures, `{bn.name}_scale`, and for expressions that are texts or whole numbers,
/// `{replace(bn.name, '/', '_')}`.
package struct NameTemplate: Sendable {
  /// A piece of the name.
  package enum Part: Sendable {
    /// As written.
    case text(String)
    /// The name of the captured layer.
    case name(capture: Int)
    /// The value of a parameter of the rule.
    case parameter(String)
    /// The text or whole number that an expression evaluates to.
    case computed(CheckedExpression)
  }

  /// The pieces, in order.
  package var parts: [Part]

  /// Makes one of all its parts.
  package init(parts: [Part]) {
    self.parts = parts
  }
}
