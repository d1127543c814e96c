import RuleModel
import YAML

/// Checks the fields of a layer as a rule writes them: scalars, lists, mappings, and texts with expressions in braces.
struct FieldChecker {
  let scope: RuleScope

  /// A field of the message at `path`, which is empty for the layer itself.
  func field(_ key: RuleText, _ node: YAMLNode, at path: [String] = []) throws -> TemplateField {
    let path = path + [key.text]
    if path.count == 1, let wanted = Self.keys[key.text] {
      throw RuleError(.misplacedLayerKey(key.text, wanted: wanted), key.node)
    }
    if key.node.scalar?.isMergeKey == true { throw YAMLError(.mergeKey, at: key.node.place) }
    // Nor could what is written be read again.
    guard PatternChecker.isName(key.text) else {
      throw RuleError(.noField(key.text, candidates: []), key.node)
    }
    return TemplateField(
      name: key.text, value: try value(node, of: key, at: path, known: known(path, key), isListAllowed: true))
  }

  /// What a field gets; `key` is its name, for messages.
  func value(_ node: YAMLNode, of key: RuleText, at path: [String]) throws -> TemplateField.Value {
    try value(node, of: key, at: path, known: known(path, key), isListAllowed: true)
  }

  private func value(
    _ node: YAMLNode, of key: RuleText, at path: [String], known: ExpressionType?, isListAllowed: Bool
  ) throws -> TemplateField.Value {
    switch node.content {
    case .mapping(let pairs) where Self.isConditional(pairs):
      let map = try YAMLMap(node, as: RuleGrammar.conditionalValue.name)
      let condition = try scope.check(try map.requiredText("when"), expecting: .boolean)
      let inner = FieldChecker(scope: scope.assuming(condition))
      return .conditional(
        try inner.value(
          try map.required("value"), of: key, at: path, known: known, isListAllowed: isListAllowed),
        when: condition)
    case .mapping(let pairs):
      if let expected = known?.phraseForScalar { throw wrong(key, "a mapping", expected, node) }
      return .message(
        try pairs.map { try field(try $0.key.asText(for: .key(key.text)), $0.value, at: path) })
    case .sequence(let items) where isListAllowed:
      return .list(
        try items.map { try value($0, of: key, at: path, known: known, isListAllowed: false) })
    case .scalar(let scalar) where !node.isNull:
      if scalar.style == .plain {
        if let expected = known?.phrase(ifUnfit: scalar.text) {
          throw wrong(key, scalar.text, expected, node)
        }
        guard PlainValue.isOne(scalar.text) else {
          throw wrong(key, scalar.text, "a number, a word or a text in quotes", node)
        }
        return .literal(scalar.text)
      }
      let value = try text(RuleText(text: scalar.text, node: node))
      if case .string(let plain) = value, let expected = known?.phrase(ifUnfit: plain) {
        throw wrong(key, plain, expected, node)
      }
      return value
    default: throw RuleError(.badParameter(key.text, found: YAMLDescription(node)), node)
    }
  }

  /// Whether a mapping is `{value: …, when: …}`; no message of Caffe's has a field 'when'.
  private static func isConditional(_ pairs: [YAMLEntry]) -> Bool {
    pairs.count == 2 && Set(pairs.compactMap { $0.key.scalar?.text }) == ["value", "when"]
  }

  /// Words that a layer has no field for, and what is written instead.
  private static let keys = ["bottoms": "bottom", "tops": "top", "params": "param"]

  /// The type of a field; nil where it is not known, or nobody knows the fields.
  private func known(_ path: [String], _ key: RuleText) throws -> ExpressionType? {
    switch scope.attribute(path, of: "") {
    case .type(let type): return type
    case .dynamic: return nil
    // What is inside of a message that nobody knows was told with it.
    case .foreign where path.count > 1: return nil
    case .foreign(let candidates):
      scope.noteForeignField(key.text, in: key.node, among: candidates)
      return nil
    case .missing(let candidates): throw RuleError(.noField(key.text, candidates: candidates), key.node)
    }
  }

  private func wrong(_ key: RuleText, _ found: String, _ expected: String, _ node: YAMLNode) -> RuleError {
    RuleError(.wrongFieldValue(key.text, found: found, expected: expected), node)
  }

  /// `"{conv.blobs[0].shape[0]}"`: the value of an expression; `"{conv.name}_x"`: a text with one in it; `{{` is a brace.
  func text(_ text: RuleText) throws -> TemplateField.Value {
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

extension ExpressionType {
  /// What one value of a field of this type is, in words; nil for a message.
  fileprivate var phraseForScalar: String? {
    switch self {
    case .list(let item): item.phraseForScalar
    case .number, .shape: "a number"
    case .boolean: "true or false"
    case .string: "a text"
    case .word(let words): "one of \(words.words.joined(separator: ", "))"
    default: nil
    }
  }

  /// What the field takes, in words, where `text` is no value of it; nil where it is one.
  fileprivate func phrase(ifUnfit text: String) -> String? {
    switch self {
    case .list(let item): return item.phrase(ifUnfit: text)
    case .record: return "a mapping"
    case .number, .shape: return Double(text) == nil ? phraseForScalar : nil
    case .boolean:
      return ["true", "false", "True", "False", "t", "f", "0", "1"].contains(text) ? nil : phraseForScalar
    case .word(let words): return words.words.contains(text) || Int(text) != nil ? nil : phraseForScalar
    default: return nil
    }
  }
}
