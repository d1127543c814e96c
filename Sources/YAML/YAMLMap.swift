import Diagnostics

/// A mapping read by its keys: what rule documents are decoded with.
///
/// Getters give nil for an absent key and throw for a value of another kind. A key whose value is `null` counts as
/// present: `value` returns the null node, typed getters refuse it.
package struct YAMLMap: Sendable {
  /// The mapping's node.
  package let node: YAMLNode
  /// What the mapping is, for messages: `rule`, `match`.
  package let name: String
  /// Keys, in the order of the file.
  package let keys: [String]
  private let entries: [String: YAMLEntry]

  /// Opens a mapping; anything else, and a mapping with a key that is no scalar, is refused.
  package init(_ node: YAMLNode, as name: String, for subject: YAMLSubject? = nil) throws(YAMLError) {
    guard let list = node.mapping else {
      throw YAMLError(
        .wrongKind(subject: subject ?? .thing(name), expected: .mapping, found: YAMLDescription(node)),
        at: node.place)
    }
    var entries: [String: YAMLEntry] = [:]
    var keys: [String] = []
    for entry in list {
      guard let key = entry.key.scalar else {
        throw YAMLError(.complexKey(found: YAMLDescription(entry.key)), at: entry.key.place)
      }
      if key.isMergeKey { throw YAMLError(.mergeKey, at: entry.key.place) }
      keys.append(key.text)
      entries[key.text] = entry
    }
    self.node = node
    self.name = name
    self.keys = keys
    self.entries = entries
  }

  /// The value of `key`.
  package func value(_ key: String) -> YAMLNode? { entries[key]?.value }

  /// The node of the key itself, to point at it.
  package func keyNode(_ key: String) -> YAMLNode? { entries[key]?.key }

  /// The value of `key`, which must be there.
  package func required(_ key: String) throws(YAMLError) -> YAMLNode {
    guard let value = value(key) else {
      throw YAMLError(.missingKey(key, owner: name), at: node.place)
    }
    return value
  }

  /// One error for each of the first `limit` keys that are not in `allowed`, in the order of the file.
  package func unknownKeys(allowed: [String], limit: Int = .max) -> [YAMLError] {
    keys.lazy.filter { !allowed.contains($0) }.prefix(limit).map { key in
      // A key that is already there is not what a misspelled one was meant to be.
      let free = allowed.filter { entries[$0] == nil }
      return YAMLError(.unknownKey(key, allowed: free), at: entries[key]?.key.place ?? node.place)
    }
  }

  /// Throws for the first key that is not in `allowed`.
  package func rejectUnknownKeys(allowed: [String]) throws(YAMLError) {
    if let first = unknownKeys(allowed: allowed, limit: 1).first { throw first }
  }

  /// The text under `key`.
  package func string(_ key: String) throws(YAMLError) -> String? {
    guard let value = value(key) else { return nil }
    return try value.asString(for: .key(key))
  }
  /// The text under `key`, which must be there.
  package func requiredString(_ key: String) throws(YAMLError) -> String {
    try required(key).asString(for: .key(key))
  }
  /// The boolean under `key`.
  package func boolean(_ key: String) throws(YAMLError) -> Bool? {
    guard let value = value(key) else { return nil }
    return try value.asBoolean(for: .key(key))
  }
  /// The whole number under `key`.
  package func integer(_ key: String) throws(YAMLError) -> Int? {
    guard let value = value(key) else { return nil }
    return try value.asInteger(for: .key(key))
  }
  /// The number under `key`.
  package func number(_ key: String) throws(YAMLError) -> Double? {
    guard let value = value(key) else { return nil }
    return try value.asNumber(for: .key(key))
  }
  /// The items of the list under `key`.
  package func sequence(_ key: String) throws(YAMLError) -> [YAMLNode]? {
    guard let value = value(key) else { return nil }
    return try value.asSequence(for: .key(key))
  }
  /// The text or the list of texts under `key`, as a list of nodes with their texts.
  package func strings(_ key: String) throws(YAMLError) -> [(text: String, node: YAMLNode)]? {
    guard let value = value(key) else { return nil }
    return try value.asStrings(for: key)
  }
  /// The mapping under `key`, called `name` in messages.
  package func map(_ key: String, as name: String) throws(YAMLError) -> YAMLMap? {
    guard let value = value(key) else { return nil }
    return try YAMLMap(value, as: name, for: .key(key))
  }
  /// The word under `key`, one of `cases`.
  package func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, of cases: Choice.Type
  ) throws(YAMLError) -> Choice? where Choice.RawValue == String {
    guard let value = value(key) else { return nil }
    let word = try value.asString(for: .key(key))
    guard let choice = Choice(rawValue: word) else {
      let allowed = Choice.allCases.map(\.rawValue)
      throw YAMLError(.notOneOf(subject: .key(key), allowed: allowed, found: word), at: value.place)
    }
    return choice
  }
}

extension YAMLNode {
  /// The node's text; `subject` is what the message calls it.
  package func asString(for subject: YAMLSubject) throws(YAMLError) -> String {
    guard let string else { throw wrongKind(.string, subject) }
    return string
  }
  /// The node's boolean.
  package func asBoolean(for subject: YAMLSubject) throws(YAMLError) -> Bool {
    guard let boolean else { throw wrongKind(.boolean, subject) }
    return boolean
  }
  /// The node's whole number.
  package func asInteger(for subject: YAMLSubject) throws(YAMLError) -> Int {
    guard let integer else { throw wrongKind(.integer, subject) }
    return integer
  }
  /// The node's number.
  package func asNumber(for subject: YAMLSubject) throws(YAMLError) -> Double {
    guard let number else { throw wrongKind(.number, subject) }
    return number
  }
  /// The node's items.
  package func asSequence(for subject: YAMLSubject) throws(YAMLError) -> [YAMLNode] {
    guard let sequence else { throw wrongKind(.sequence, subject) }
    return sequence
  }
  /// The node's text or, for a list, the texts of its items.
  package func asStrings(for key: String) throws(YAMLError) -> [(text: String, node: YAMLNode)] {
    if let string { return [(string, self)] }
    guard let sequence else { throw wrongKind(.stringOrSequence, .key(key)) }
    var texts: [(text: String, node: YAMLNode)] = []
    for item in sequence { texts.append((try item.asString(for: .item(of: key)), item)) }
    return texts
  }

  /// The error for a node that is not what was expected.
  package func wrongKind(_ expected: YAMLExpectation, _ subject: YAMLSubject) -> YAMLError {
    YAMLError(.wrongKind(subject: subject, expected: expected, found: YAMLDescription(self)), at: place)
  }
}
