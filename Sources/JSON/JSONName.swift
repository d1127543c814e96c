import Diagnostics

/// Names in JSON, whose strings are Unicode: the escaped form, from which the name reads back byte for byte.
extension JSONValue {
  /// A name.
  package static func name(_ name: Name) -> JSONValue { .string(name.escaped) }
}

extension JSONNode {
  /// A name.
  package func name(for key: String) throws(JSONError) -> Name {
    guard let name = Name(escaped: try string(for: key)) else {
      throw expected("a name with escapes such as '\\276'", for: key)
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
