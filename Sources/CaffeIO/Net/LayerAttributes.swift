/// The value of a layer's parameter, whatever way it was written.
package enum AttributeValue: Sendable, Equatable {
  /// Any number.
  case number(Double)
  /// `true` or `false`.
  case boolean(Bool)
  /// A string, or an enumeration's word.
  case string(String)
  /// A repeated field.
  case list([AttributeValue])
  /// A message; its fields are reached by longer paths.
  case message

  /// The value as a whole number.
  package var integer: Int? {
    switch self {
    case .number(let number): return Int(exactly: number)
    // A repeated field with one entry, `pad: 1`, reads like the single value that most layers give.
    case .list(let list): return list.count == 1 ? list[0].integer : nil
    default: return nil
    }
  }

  /// The value as a boolean.
  package var boolean: Bool? {
    if case .boolean(let value) = self { return value }
    return nil
  }
}

extension AttributeValue {
  /// The value of a written field, read as the schema says.
  ///
  /// - Throws: `NetError` for a value that the field's type cannot hold, as protobuf would refuse it.
  init(_ field: TextField, as schema: SchemaField?) throws(NetError) {
    func wrong(_ expected: String) -> NetError {
      NetError(.expectedValue(expected, field: field.name, found: field.kindPhrase), atValueOf: field)
    }
    switch schema?.type {
    case .message:
      guard field.message != nil else { throw wrong("a message '{ … }'") }
      self = .message
    case .bool:
      guard let bool = field.bool else { throw wrong("true or false") }
      self = .boolean(bool)
    case .string, .bytes:
      guard let string = field.string else { throw wrong("a string") }
      self = .string(string)
    case .enum:
      // Forks add values, and numbers are allowed: any word or number will do.
      guard field.message == nil else { throw wrong("a word") }
      self = .string(field.identifier ?? field.string ?? field.literal)
    case .float:
      guard let number = field.number else { throw wrong("a number") }
      // Caffe keeps a `float` in single precision: eps 1e-5 is 9.99999974737875e-06.
      self = .number(Double(Float(number)))
    case .some:
      guard let number = field.number else { throw wrong("a number") }
      self = .number(number)
    case nil:
      if field.message != nil {
        self = .message
      } else if let string = field.string {
        self = .string(string)
      } else if let number = field.number {
        self = .number(number)
      } else if let bool = field.bool {
        self = .boolean(bool)
      } else {
        self = .string(field.identifier ?? field.literal)
      }
    }
  }

  /// Caffe's default of a field; nil for a message.
  package init?(defaultOf field: SchemaField) {
    if field.isRepeated {
      self = .list([])
      return
    }
    switch field.defaultValue {
    case .boolean(let value): self = .boolean(value)
    case .integer(let value): self = .number(Double(value))
    case .number(let value): self = .number(field.type == .float ? Double(Float(value)) : value)
    case .string(let value), .enumeration(let value): self = .string(value)
    case nil: return nil
    }
  }

  /// The value of a field that is to be written.
  package init(_ value: NewTextField.Value) {
    switch value {
    case .string(let string): self = .string(string)
    case .literal(let text), .verbatim(let text):
      if text == "true" || text == "false" {
        self = .boolean(text == "true")
      } else {
        self = Double(text).map(AttributeValue.number) ?? .string(text)
      }
    case .message: self = .message
    }
  }

  /// The value at a path of fields that are to be written; the last one wins.
  package static func find(_ path: ArraySlice<String>, in fields: [NewTextField]) -> AttributeValue? {
    guard let field = fields.last(where: { $0.name == path.first }) else { return nil }
    if path.count == 1 { return AttributeValue(field.value) }
    guard case .message(let inner) = field.value else { return nil }
    return find(path.dropFirst(), in: inner)
  }
}

extension LayerDefinition {
  /// The value of a parameter if the definition gives it, by path, for example
  /// `["convolution_param", "num_output"]`.
  ///
  /// - Throws: `NetError` for a value of a kind that the field cannot hold.
  package func writtenAttribute(
    _ fullPath: [String], schema: Schema
  ) throws(NetError) -> AttributeValue? {
    var message = parameters
    var path = fullPath[...]
    if generation == .v0, let flat = V0Names.flat(path) { path = [flat] }
    while path.count > 1 {
      guard let inner = message.last(path.first!)?.message else { return nil }
      message = inner
      path = path.dropFirst()
    }
    guard let name = path.first else { return nil }
    let fields = message.all(name)
    guard let last = fields.last else { return nil }
    let field = schema.layerField(at: fullPath)
    guard field?.isRepeated ?? (fields.count > 1) else {
      return try AttributeValue(last, as: field)
    }
    var list: [AttributeValue] = []
    for item in fields { list.append(try AttributeValue(item, as: field)) }
    return .list(list)
  }
}

extension Schema {
  /// Caffe's default of a layer's parameter; nil for a field it does not know.
  package func layerDefault(at path: [String]) -> AttributeValue? {
    layerField(at: path).flatMap(AttributeValue.init(defaultOf:))
  }
}

/// V0 layers keep all parameters flat, some under other names (BVLC upgrade_proto.cpp).
enum V0Names {
  static func flat(_ path: ArraySlice<String>) -> String? {
    guard path.count == 2, let name = path.last, path.first!.hasSuffix("_param") else { return nil }
    return renamed[name] ?? name
  }

  private static let renamed = [
    "bias_term": "biasterm", "kernel_size": "kernelsize",
  ]
}
