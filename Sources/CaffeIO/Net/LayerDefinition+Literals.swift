extension LayerDefinition {
  /// The value of a parameter as the definition writes it, by path; nil where it does not. A field that is written
  /// several times reads `[a, b]`.
  package func writtenLiteral(_ path: [String]) -> String? {
    var message = parameters
    var path = path[...]
    if generation == .v0, let flat = V0Fields.flat(path) { path = [flat] }
    while path.count > 1 {
      guard let inner = message.last(path.first!)?.message else { return nil }
      message = inner
      path = path.dropFirst()
    }
    guard let name = path.first else { return nil }
    let values = message.all(name).map(\.literal)
    return values.count > 1 ? "[\(values.joined(separator: ", "))]" : values.first
  }
}

extension NewTextField.Value {
  /// The value as it is written, on one line.
  package var text: String {
    switch self {
    case .string(let string):
      return String(decoding: TextString.encode(string, quote: UInt8(ascii: "\"")), as: UTF8.self)
    case .literal(let text), .verbatim(let text): return text
    case .message(let fields):
      guard !fields.isEmpty else { return "{}" }
      let inner = fields.map { field in
        if case .message = field.value { return "\(field.name) \(field.value.text)" }
        return "\(field.name): \(field.value.text)"
      }
      return "{ \(inner.joined(separator: " ")) }"
    }
  }
}
