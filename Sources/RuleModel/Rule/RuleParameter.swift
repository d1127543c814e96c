import Diagnostics

/// A value that a rule takes from whoever runs it: `--param mean=104,117,123`.
package struct RuleParameter: Sendable {
  /// What a value can be.
  package enum Kind: Sendable, Equatable {
    /// A finite number.
    case number
    /// One finite number or several.
    case numbers
    /// True or false.
    case boolean
    /// Any text.
    case text
    /// One text or several.
    case texts
    /// Values by the names of layers, or by patterns of names.
    case map(Held)
    /// One of these words.
    case oneOf([String])

    /// What a map holds.
    package enum Held: String, Sendable, CaseIterable {
      case number
      case boolean
      case text

      /// What one value is.
      package var kind: Kind {
        switch self {
        case .number: .number
        case .boolean: .boolean
        case .text: .text
        }
      }
    }

    /// The kinds that a rule file calls by a word.
    package static let named: [(word: String, kind: Kind)] = [
      ("number", .number), ("numbers", .numbers), ("boolean", .boolean), ("text", .text), ("texts", .texts),
    ]

    /// The words that a value can be, where it is one of several.
    package var words: [String] { if case .oneOf(let words) = self { words } else { [] } }

    /// What a rule file says of it: `numbers`, `one_of`.
    package var word: String {
      if case .map = self { return "map" }
      return Self.named.first { $0.kind == self }?.word ?? "one_of"
    }
  }

  /// What expressions and `--param` call it.
  package var name: String
  /// What it can be.
  package var kind: Kind
  /// Its value where none is given; nil for a parameter that must be given.
  package var fallback: ExpressionValue?
  /// What must hold of a value.
  package var conditions: [CheckedExpression]
  /// One sentence.
  package var summary: String
  /// Where it is declared.
  package var place: SourcePlace

  /// Makes one of all its parts.
  package init(
    name: String, kind: Kind, fallback: ExpressionValue? = nil, conditions: [CheckedExpression],
    summary: String, place: SourcePlace
  ) {
    self.name = name
    self.kind = kind
    self.fallback = fallback
    self.conditions = conditions
    self.summary = summary
    self.place = place
  }

  /// Whether a run must give it.
  package var isRequired: Bool { fallback == nil }

  /// What its name is in expressions.
  package var type: ExpressionType {
    switch kind {
    case .number: .number()
    case .numbers: .tensor(.rank(1))
    case .boolean: .boolean
    case .text: .string
    case .texts: .list(.string)
    // Its names are whatever the user gives; 'lookup' asks it.
    case .map: .record([:])
    case .oneOf(let words): .word(EnumerationWords(name: name, words: words))
    }
  }
}

extension Rule {
  /// The value of a parameter: as given, or by default; nil for a name that is no parameter's, and for one that must be given.
  package func value(ofParameter name: String) -> ExpressionValue? {
    if parameters.isEmpty { return nil }
    return arguments[name] ?? parameters.first { $0.name == name }?.fallback
  }

  /// Whether a value was given that says what the rule says without it: a mean of 0.
  package func givesDefault(ofParameter name: String) -> Bool {
    guard let given = arguments[name], let parameter = parameters.first(where: { $0.name == name }),
      let fallback = parameter.fallback
    else { return false }
    guard let numbers = given.tensor?.values, let wanted = fallback.tensor?.values else {
      return given == fallback
    }
    return wanted.count == 1 ? numbers.allSatisfy { $0 == wanted[0] } : numbers == wanted
  }

  /// The values of all parameters that have one.
  package var values: [String: ExpressionValue] {
    Dictionary(
      parameters.compactMap { parameter in value(ofParameter: parameter.name).map { (parameter.name, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// The parameters that must be given and are not.
  package var missingParameters: [RuleParameter] {
    parameters.filter { $0.isRequired && arguments[$0.name] == nil }
  }

  /// The rule with the values of a test, as far as the rule has none.
  package func giving(_ values: [String: ExpressionValue]) -> Rule {
    var rule = self
    rule.arguments.merge(values) { given, _ in given }
    return rule
  }
}

extension ExpressionValue {
  /// A parameter's value as `--param` takes it: `104,117,123`.
  package var parameterText: String {
    switch self {
    case .number(let number): Self.text(of: number)
    case .tensor(let tensor): tensor.values.map(Self.text).joined(separator: ",")
    case .boolean(let boolean): "\(boolean)"
    case .string(let text): text.description
    case .list(let items): items.map(\.parameterText).joined(separator: ",")
    case .record(let parts):
      parts.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.parameterText)" }.joined(separator: ",")
    default: ""
    }
  }

  private static func text(of number: Double) -> String {
    Int(exactly: number).map { "\($0)" } ?? "\(number)"
  }
}
