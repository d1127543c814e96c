import RuleModel

extension NameTemplate {
  /// The name by which a new name of a top refers to the present name.
  static let present = "name"
  /// The name by which it asks whether the top is an output of the net.
  static let isOutput = "is_output"

  /// Reads `{bn.name}_scale`, `{bn.name}{suffix}` where `suffix` is a parameter, and any other expression that is a text or a
  /// whole number.
  init(_ text: RuleText, _ scope: RuleScope) throws {
    var parts: [Part] = []
    var rest = text.text[...]
    while let open = rest.firstIndex(of: "{") {
      guard let close = rest[open...].firstIndex(of: "}") else {
        throw RuleError(.badName(text.text), text.node)
      }
      let inside = rest[rest.index(after: open)..<close]
      if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
      let offset = text.text.utf8.distance(from: text.text.startIndex, to: rest.index(after: open))
      parts.append(try Self.part(String(inside), offset, text, scope))
      rest = rest[rest.index(after: close)...]
    }
    guard !rest.contains("}") else { throw RuleError(.badName(text.text), text.node) }
    if !rest.isEmpty { parts.append(.text(String(rest))) }
    self.init(parts: parts)
  }

  private static func part(
    _ inside: String, _ offset: Int, _ text: RuleText, _ scope: RuleScope
  ) throws -> Part {
    if scope.isParameter(inside) { return .parameter(inside) }
    if inside.hasSuffix(".name"), case let capture = String(inside.dropLast(5)),
      PatternChecker.isName(capture), !scope.isDefined(capture)
    {
      return .name(capture: try scope.capture(RuleText(text: capture, node: text.node)))
    }
    // `{bn}` was meant to be `{bn.name}`.
    if PatternChecker.isName(inside), !scope.isDefined(inside) {
      throw RuleError(.badName(text.text), text.node)
    }
    let checked = try scope.check(RuleText(text: inside, node: text.node), textOffset: offset)
    switch checked.type {
    case .string, .word, .number, .dynamic: return .computed(checked)
    case .layer: throw RuleError(.badName(text.text), text.node)
    case let found:
      throw ExpressionError(
        .wrongResult(expected: .string, found: found), at: checked.expression.range
      ).located(in: text.node, textOffset: offset)
    }
  }

  /// Whether an expression in it reads a name.
  func reads(_ name: String) -> Bool {
    parts.contains { part in
      switch part {
      case .computed(let expression): expression.expression.references.contains { $0.text == name }
      default: false
      }
    }
  }
}
