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
  /// The value of a written field, read as the schema says where the spelling leaves a choice.
  init(_ field: TextField, as schema: SchemaField?) {
    if field.message != nil {
      self = .message
    } else if let string = field.string {
      self = .string(string)
    } else if case .bool? = schema?.type, let bool = field.bool {
      self = .boolean(bool)
    } else if let number = field.number {
      // Caffe keeps a `float` in single precision: eps 1e-5 is 9.99999974737875e-06.
      self = .number(schema?.type == .float ? Double(Float(number)) : number)
    } else if schema == nil, let bool = field.bool {
      self = .boolean(bool)
    } else {
      self = .string(field.identifier ?? field.literal)
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
  /// The value of a parameter by path, for example `["convolution_param", "num_output"]`: as written, else
  /// Caffe's default by `schema`; nil for a field that neither knows.
  package func attribute(_ path: [String], schema: Schema) -> AttributeValue? {
    writtenAttribute(path, schema: schema) ?? schema.layerDefault(at: path)
  }

  /// The value of a parameter if the definition gives it.
  package func writtenAttribute(_ fullPath: [String], schema: Schema) -> AttributeValue? {
    var message = parameters
    var path = fullPath[...]
    if generation == .v0, let flat = V0Names.flat(path) { path = [flat] }
    while path.count > 1 {
      // A message that occurs twice is merged by protobuf; the last occurrence of a field wins.
      guard let inner = message.last(path.first!)?.message else { return nil }
      message = inner
      path = path.dropFirst()
    }
    guard let name = path.first else { return nil }
    let fields = message.all(name)
    guard let last = fields.last else { return nil }
    let schemaField = schema.layerField(at: fullPath)
    let isRepeated = schemaField?.isRepeated ?? (fields.count > 1)
    guard isRepeated else { return AttributeValue(last, as: schemaField) }
    return .list(fields.map { AttributeValue($0, as: schemaField) })
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
