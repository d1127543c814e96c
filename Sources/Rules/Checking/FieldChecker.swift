/// Checks the fields of a layer as a rule writes them: scalars, lists, mappings, and texts with expressions in braces.
struct FieldChecker {
  let scope: RuleScope

  func field(_ key: RuleText, _ node: YAMLNode) throws -> TemplateField {
    TemplateField(name: key.text, value: try value(node, of: key, isListAllowed: true))
  }

  /// What a field gets; `key` is its name, for messages.
  func value(_ node: YAMLNode, of key: RuleText, isListAllowed: Bool) throws -> TemplateField.Value {
    switch node.content {
    case .mapping(let pairs):
      return .message(try pairs.map { try field(try $0.key.asText(for: .key(key.text)), $0.value) })
    case .sequence(let items) where isListAllowed:
      return .list(try items.map { try value($0, of: key, isListAllowed: false) })
    case .scalar(let scalar) where !node.isNull:
      if scalar.style == .plain { return .literal(scalar.text) }
      return try text(RuleText(text: scalar.text, node: node))
    default: throw RuleError(.badParameter(key.text, found: YAMLDescription(node)), node)
    }
  }

  /// `"{conv.blobs[0].shape[0]}"`: the value of an expression; `"{conv.name}_x"`: a text with one in it; `{{` is a brace.
  private func text(_ text: RuleText) throws -> TemplateField.Value {
    var parts: [TemplateField.TextPart] = []
    var plain = ""
    var rest = text.text[...]
    while let character = rest.first {
      if rest.hasPrefix("{{") || rest.hasPrefix("}}") {
        plain.append(character)
        rest = rest.dropFirst(2)
        continue
      }
      guard character == "{" else {
        guard character != "}" else { throw RuleError(.badBraces(text.text), text.node) }
        plain.append(character)
        rest = rest.dropFirst()
        continue
      }
      guard let close = rest.firstIndex(of: "}") else { throw RuleError(.badBraces(text.text), text.node) }
      if !plain.isEmpty { parts.append(.text(plain)) }
      plain = ""
      let inside = String(rest[rest.index(after: rest.startIndex)..<close])
      // No expression has braces, so the first one that closes is the right one.
      parts.append(.computed(try scope.check(RuleText(text: inside, node: text.node))))
      rest = rest[rest.index(after: close)...]
    }
    if parts.isEmpty { return .string(plain) }
    if plain.isEmpty, parts.count == 1, case .computed(let expression) = parts[0] {
      return .computed(expression)
    }
    return .text(plain.isEmpty ? parts : parts + [.text(plain)])
  }
}
