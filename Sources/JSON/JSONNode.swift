import Diagnostics

/// A value of a JSON text as it was read, with the place where it begins.
package struct JSONNode: Sendable {
  /// What stands there.
  package indirect enum Content: Sendable {
    case null
    case boolean(Bool)
    /// A number without point and exponent that fits 64 bits.
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONNode])
    /// Keys with values, in the order of the text; no key occurs twice.
    case object([JSONMember])
  }

  /// What stands there.
  package let content: Content
  /// Where the value begins, as a byte offset.
  package let offset: Int
  /// The text it stands in.
  package let source: SourceText

  /// Where the value begins.
  package var place: SourcePlace { source.place(at: offset) }
}

/// One entry of an object.
package struct JSONMember: Sendable {
  /// The key.
  package let key: String
  /// Where the key begins, as a byte offset.
  package let keyOffset: Int
  /// The value.
  package let value: JSONNode
}

extension JSONNode {
  /// The text of a string.
  package func string(for key: String) throws(JSONError) -> String {
    guard case .string(let value) = content else { throw expected("a string", for: key) }
    return value
  }

  /// A whole number, 0 or more.
  package func count(for key: String) throws(JSONError) -> Int {
    guard case .integer(let value) = content, value >= 0 else {
      throw expected("a whole number, 0 or more", for: key)
    }
    return value
  }

  /// A whole number.
  package func integer(for key: String) throws(JSONError) -> Int {
    guard case .integer(let value) = content else { throw expected("a whole number", for: key) }
    return value
  }

  /// A number, whole or not.
  package func number(for key: String) throws(JSONError) -> Double {
    switch content {
    case .integer(let value): return Double(value)
    case .number(let value): return value
    default: throw expected("a number", for: key)
    }
  }

  /// `true` or `false`.
  package func boolean(for key: String) throws(JSONError) -> Bool {
    guard case .boolean(let value) = content else { throw expected("true or false", for: key) }
    return value
  }

  /// The items of a list.
  package func array(for key: String) throws(JSONError) -> [JSONNode] {
    guard case .array(let items) = content else { throw expected("a list", for: key) }
    return items
  }

  /// The texts of a list of strings.
  package func strings(for key: String) throws(JSONError) -> [String] {
    var result: [String] = []
    for item in try array(for: key) { result.append(try item.string(for: key)) }
    return result
  }

  /// An object whose keys are known; another key is an error.
  package func object(for key: String, keys: [String]) throws(JSONError) -> JSONObject {
    guard case .object(let members) = content else { throw expected("an object", for: key) }
    for member in members where !keys.contains(member.key) {
      throw JSONError(.unknownKey(member.key, in: key, known: keys), at: source.place(at: member.keyOffset))
    }
    return JSONObject(name: key, node: self, members: members)
  }

  /// Nil for `null`, else what `read` makes of the value.
  package func optional<Value>(
    _ read: (JSONNode) throws(JSONError) -> Value
  ) throws(JSONError) -> Value? {
    if case .null = content { return nil }
    return try read(self)
  }

  /// The error that something else stands here.
  package func expected(_ what: String, for key: String) -> JSONError {
    JSONError(.expectedValue(what, for: key, found: phrase), at: place)
  }

  /// What stands there, for messages.
  private var phrase: String {
    switch content {
    case .null: "null"
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): "the number \(value)"
    case .number(let value): "the number \(value)"
    case .string(let value): "the string '\(value.prefix(60))'"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

/// An object whose keys are all known.
package struct JSONObject: Sendable {
  /// What messages call it: the key it stands under.
  let name: String
  let node: JSONNode
  let members: [JSONMember]

  /// Where it begins.
  package var place: SourcePlace { node.place }

  /// The value of a key that must be there.
  package func required(_ key: String) throws(JSONError) -> JSONNode {
    guard let value = value(key) else { throw JSONError(.missingKey(key, in: name), at: node.place) }
    return value
  }

  /// The value of a key.
  package func value(_ key: String) -> JSONNode? { members.first { $0.key == key }?.value }
}
