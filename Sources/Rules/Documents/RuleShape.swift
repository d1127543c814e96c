/// One kind of mapping: its name in messages, and its keys.
package struct RuleShape: Sendable {
  /// What messages call it.
  package let name: String
  /// The keys, in the order of the reference.
  package let keys: [RuleKey]

  package init(_ name: String, keys: [RuleKey]) {
    self.name = name
    self.keys = keys
  }

  /// The names of the keys.
  package var names: [String] { keys.map(\.name) }
}

/// One key of a mapping.
package struct RuleKey: Sendable {
  /// What may stand under a key.
  package indirect enum Value: Sendable {
    /// The version of the language.
    case version
    /// The id of a rule or layout.
    case id
    case integer
    case number
    case boolean
    /// What YAML takes for a string.
    case string
    /// Any scalar, whatever YAML takes it for.
    case text
    /// A scalar or a list of them.
    case texts
    /// One of these words.
    case words([String])
    /// Words of these, one or a list.
    case wordList([String])
    /// An expression, which may look like a number or a boolean to YAML.
    case expression
    /// An expression or a list of them.
    case expressions
    /// An expression, or the mapping of `condition`, or a list of them.
    case conditions
    /// Expressions by name.
    case namedExpressions
    /// `on` or `off`.
    case `switch`
    /// Tensors by the names of layers.
    case namedTensors
    /// Values, or the mapping of `conditionalValue`, one or a list.
    case bottomItems
    /// Expressions, or the mapping of `conditionalValue`, one or a list.
    case templateBlobs
    /// A value of a layer's parameter: a scalar, a mapping, or a list of them.
    case field
    /// A mapping.
    case shape(RuleShape)
    /// A list of mappings.
    case shapes(RuleShape)
    /// Mappings by name.
    case named(RuleShape)
    /// `bottom` in all its forms.
    case bottoms
    /// `1..8`.
    case times
    /// `repeat` in all its forms.
    case repetition
    /// A capture, one of its tops, or a value.
    case bottomReference
    /// A list of those.
    case bottomList
    /// Calls of kernels and assignments.
    case transforms
    /// Operators or layers of a layer definition, in order.
    case operators
    /// Tensors, one or a list: each an expression, or numbers in lists, a level for each axis.
    case tensors
    /// New layers, one or a list.
    case templates
    /// New layers with the place where they come in, one or a list.
    case insertions
    /// Scalars by name.
    case namedTexts
    /// Lists of scalars by name.
    case namedTextLists
    /// Values, one or a list.
    case values
    /// Values, one or a list, or the mapping of `connection`, by name.
    case namedConnections
    /// Values that a new layer makes, one or a list.
    case tops
    /// Names of values that a layer of a definition makes, one or a list, each perhaps of a list of values.
    case topNames
    /// The value of a parameter.
    case parameterValue
    /// Values of parameters by name, or by rule and name.
    case parameterValues
    /// Values of parameters by name.
    case namedParameterValues
    /// `expect` in all its forms.
    case expectation
    /// The code of a refusal.
    case refusalCode
  }

  /// The key.
  package let name: String
  /// What may stand under it.
  package let value: Value
  /// Whether it must be there.
  package let isRequired: Bool
  /// One sentence for editors and the reference.
  package let summary: String

  package init(_ name: String, _ value: Value, isRequired: Bool = false, _ summary: String) {
    self.name = name
    self.value = value
    self.isRequired = isRequired
    self.summary = summary
  }
}
