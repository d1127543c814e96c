import Diagnostics

/// Checks the `rewrite` of a rule.
struct RewriteChecker {
  let source: SourceText
  let pattern: Pattern

  func check(_ map: YAMLMap, _ scope: RuleScope) throws -> Rewrite {
    try map.rejectUnknownKeys(allowed: RuleGrammar.rewrite.names)
    let kept = try captures("keep", map, scope.anyCapture)
    let removed = try captures("remove", map, scope.anyCapture)
    let replaced = try captures("replace", map, scope.capture)
    for (first, a, second, b) in [
      ("keep", kept, "remove", removed), ("keep", kept, "replace", replaced),
      ("remove", removed, "replace", replaced),
    ] {
      if let both = a.first(where: b.contains) {
        throw RuleError(
          .contradiction(capture: pattern.captures[both].name, first: first, second: second), map.node)
      }
    }
    let templates: [YAMLNode]
    if let with = map.value("with") {
      if case .sequence(let items) = with.content { templates = items } else { templates = [with] }
    } else {
      templates = []
    }
    guard templates.count == replaced.count else {
      throw RuleError(
        .replaceCount(captures: replaced.count, layers: templates.count),
        map.keyNode("replace") ?? map.keyNode("with") ?? map.node)
    }
    let replacements = try zip(replaced, templates).map { capture, node in
      Rewrite.Replacement(capture: capture, layer: try template(node, scope))
    }
    return Rewrite(removed: removed, replacements: replacements)
  }

  private func captures(
    _ key: String, _ map: YAMLMap, _ find: (RuleText) throws -> Int
  ) throws -> [Int] {
    var captures: [Int] = []
    for text in try map.textList(key) {
      let capture = try find(text)
      if captures.contains(capture) { throw RuleError(.namedTwice(text.text, under: key), text.node) }
      captures.append(capture)
    }
    return captures
  }

  private func template(_ node: YAMLNode, _ scope: RuleScope) throws -> LayerTemplate {
    let map = try YAMLMap(node, as: "new layer")
    return LayerTemplate(
      type: try map.requiredString("type"), name: try map.text("name").map { try name($0, scope) },
      fields: try map.texts.filter { !RuleGrammar.template.names.contains($0.key.text) }.map(field),
      blobs: try map.textList("blobs").map { try scope.check($0, expecting: .tensor(.unknown)) },
      place: source.place(at: node.offset))
  }

  private func field(_ key: RuleText, _ node: YAMLNode) throws -> TemplateField {
    switch node.content {
    case .mapping(let pairs):
      return TemplateField(
        name: key.text,
        value: .message(
          try pairs.map { try field(try $0.key.asText(for: .key(key.text)), $0.value) }))
    case .scalar(let scalar) where !node.isNull:
      return TemplateField(
        name: key.text, value: scalar.style == .plain ? .literal(scalar.text) : .string(scalar.text))
    default:
      throw RuleError(.badParameter(key.text, found: YAMLDescription(node)), node)
    }
  }

  /// `{bn.name}_scale`.
  private func name(_ text: RuleText, _ scope: RuleScope) throws -> NameTemplate {
    var parts: [NameTemplate.Part] = []
    var rest = text.text[...]
    while let open = rest.firstIndex(of: "{") {
      guard let close = rest[open...].firstIndex(of: "}") else {
        throw RuleError(.badName(text.text), text.node)
      }
      let inside = rest[rest.index(after: open)..<close]
      guard inside.hasSuffix(".name") else { throw RuleError(.badName(text.text), text.node) }
      if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
      let capture = String(inside.dropLast(5))
      parts.append(.name(capture: try scope.capture(RuleText(text: capture, node: text.node))))
      rest = rest[rest.index(after: close)...]
    }
    guard !rest.contains("}") else { throw RuleError(.badName(text.text), text.node) }
    if !rest.isEmpty { parts.append(.text(String(rest))) }
    return NameTemplate(parts: parts)
  }
}
