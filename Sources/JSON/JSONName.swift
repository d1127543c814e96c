import Diagnostics

/// Names in JSON, whose strings are Unicode: a name is a string, one that is not UTF-8 an object with the name as messages
/// show it, `{"escaped": "\\276\\355"}`.
extension JSONValue {
  /// A name, to be read back byte for byte.
  package static func name(_ name: Name) -> JSONValue {
    name.text.map(JSONValue.string) ?? .object([("escaped", .string(name.description))])
  }
}

extension JSONNode {
  /// A name.
  package func name(for key: String) throws(JSONError) -> Name {
    guard case .object = content else { return Name(try string(for: key)) }
    let node = try object(for: key, keys: ["escaped"]).required("escaped")
    guard let name = Name(escaped: try node.string(for: "escaped")) else {
      throw node.expected("a name with escapes such as '\\276'", for: "escaped")
    }
    return name
  }

  /// The names of a list.
  package func names(for key: String) throws(JSONError) -> [Name] {
    var result: [Name] = []
    for item in try array(for: key) { result.append(try item.name(for: key)) }
    return result
  }
}
