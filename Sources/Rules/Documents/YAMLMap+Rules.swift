import Diagnostics
import RuleModel
import YAML

/// A scalar of a rule file, kept with its node for places.
package struct RuleText: Sendable {
  /// The text.
  package let text: String
  /// Where it stands.
  package let node: YAMLNode
}

/// What rule documents read besides the plain kinds: expressions, which may look like numbers or booleans to YAML.
extension YAMLMap {
  /// Keys and values in order.
  package var texts: [(key: RuleText, value: YAMLNode)] {
    keys.map { (RuleText(text: $0, node: keyNode($0)!), value($0)!) }
  }

  /// The scalar under `key`, whatever YAML takes it for.
  package func text(_ key: String) throws(YAMLError) -> RuleText? {
    guard let value = value(key) else { return nil }
    return try value.asText(for: .key(key))
  }

  /// The scalar under `key`, which must be there.
  func requiredText(_ key: String) throws(YAMLError) -> RuleText {
    try required(key).asText(for: .key(key))
  }

  /// A reason that users read.
  ///
  /// - Throws: `RuleError` for an empty one, `YAMLError` for one that is missing or no text.
  package func reason(_ key: String) throws -> RuleText {
    let text = try requiredText(key)
    if text.text.allSatisfy(\.isWhitespace) { throw RuleError(.emptyReason(key: key), try required(key)) }
    return text
  }

  /// A scalar or a list of them; empty when the key is absent.
  package func textList(_ key: String) throws(YAMLError) -> [RuleText] {
    guard let value = value(key) else { return [] }
    guard let items = value.sequence else { return [try value.asText(for: .key(key))] }
    var texts: [RuleText] = []
    for item in items { texts.append(try item.asText(for: .item(of: key))) }
    return texts
  }

  /// The mappings of the list under `key`; empty when the key is absent.
  func maps(_ key: String, as name: String) throws(YAMLError) -> [YAMLMap] {
    var maps: [YAMLMap] = []
    for node in try sequence(key) ?? [] { maps.append(try YAMLMap(node, as: name)) }
    return maps
  }

  /// The mapping under `key`, which must be there.
  func requiredMap(_ key: String, as name: String) throws(YAMLError) -> YAMLMap {
    try YAMLMap(required(key), as: name, for: .key(key))
  }
}

extension YAMLNode {
  /// The node's scalar, whatever YAML takes it for; nothing is no text.
  func asText(for subject: YAMLSubject) throws(YAMLError) -> RuleText {
    guard let scalar, !isNull else { throw wrongKind(.string, subject) }
    return RuleText(text: scalar.text, node: self)
  }
}
