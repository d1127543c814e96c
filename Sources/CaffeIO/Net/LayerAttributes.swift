import Diagnostics
import Tensors

/// The value of a layer's parameter, whatever way it was written.
package enum AttributeValue: Sendable, Equatable {
  /// Any number.
  case number(Double)
  /// `true` or `false`.
  case boolean(Bool)
  /// A string, or an enumeration's word.
  case string(Name)
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
  package init(_ field: TextField, as schema: SchemaField?, words: Schema) throws(NetError) {
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
      guard let string = field.nameValue else { throw wrong("a string") }
      self = .string(string)
    case .enum(let name):
      // Forks add values: any word will do. A number is the word it stands for.
      guard field.message == nil else { throw wrong("a word") }
      if let number = field.integer {
        let word = words.enumeration(name)?.name(of: number)
        self = word.map { .string(Name($0)) } ?? .number(Double(number))
      } else {
        self = .string(field.nameValue ?? Name(field.literal))
      }
    case .float:
      guard let number = field.number else { throw wrong("a number") }
      self = .number(number.inSinglePrecision)
    case .some:
      guard let number = field.number else { throw wrong("a number") }
      self = .number(number)
    case nil:
      if field.message != nil {
        self = .message
      } else if let string = field.nameValue {
        self = .string(string)
      } else if let number = field.number {
        self = .number(number.asFieldHolds)
      } else if let bool = field.bool {
        self = .boolean(bool)
      } else {
        self = .string(Name(field.literal))
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
    case .number(let value): self = .number(field.type == .float ? value.inSinglePrecision : value)
    case .string(let value), .enumeration(let value): self = .string(Name(value))
    case nil: return nil
    }
  }

  /// The value of a field that is to be written.
  package init(_ value: NewTextField.Value) {
    switch value {
    case .string(let string): self = .string(string)
    case .literal(let text), .verbatim(let text):
      if text.utf8.first?.isQuote == true {
        self = .string(Name(bytes: TextString.decode(Array(text.utf8)[...])))
      } else if text == "true" || text == "false" {
        self = .boolean(text == "true")
      } else {
        self = Double(text).map(AttributeValue.number) ?? .string(Name(text))
      }
    case .message: self = .message
    }
  }

  /// The value of a field that is to be written so; a list where the field is repeated.
  package init(_ values: [NewTextField.Value], at path: [String], schema: Schema) {
    let isRepeated = schema.layerField(at: path)?.isRepeated ?? (values.count > 1)
    self =
      isRepeated || values.count != 1 ? .list(values.map(AttributeValue.init)) : AttributeValue(values[0])
  }

  /// The value at a path of fields that are to be written; of a message that occurs several times, in the last one
  /// that has it.
  package static func find(_ path: [String], in fields: [NewTextField], schema: Schema) -> AttributeValue? {
    func values(_ rest: ArraySlice<String>, _ fields: [NewTextField]) -> [NewTextField.Value] {
      let all = fields.filter { $0.name == rest.first }.map(\.value)
      guard rest.count > 1 else { return all }
      for case .message(let inner) in all.reversed() {
        let found = values(rest.dropFirst(), inner)
        if !found.isEmpty { return found }
      }
      return []
    }
    let found = values(path[...], fields)
    guard let last = found.last else { return nil }
    let isRepeated = schema.layerField(at: path)?.isRepeated ?? (found.count > 1)
    return isRepeated ? .list(found.map(AttributeValue.init)) : AttributeValue(last)
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
    var path = fullPath[...]
    if generation == .v0, let flat = V0Fields.flat(path) { path = [flat] }
    guard let name = path.last, let message = parameters.message(holding: path) else { return nil }
    var count = 0
    var last: TextField?
    for field in message.fields where field.isNamed(name) {
      count += 1
      last = field
    }
    // What the schema says is asked for fields that are written only: most are not.
    guard let last else { return nil }
    let field = schema.layerField(at: fullPath)
    guard field?.isRepeated ?? (count > 1) else { return try AttributeValue(last, as: field, words: schema) }
    var list: [AttributeValue] = []
    for item in message.all(name) { list.append(try AttributeValue(item, as: field, words: schema)) }
    return .list(list)
  }
}

extension LayerDefinition {
  /// Whether nothing would be left of the messages at a path without the fields at `cleared`.
  package func isEmpty(_ path: [String], without cleared: [[String]]) -> Bool {
    func isEmpty(_ message: TextMessage, _ depth: Int, _ paths: [[String]]) -> Bool {
      for field in message.fields {
        let deeper = paths.filter { field.isNamed($0[depth]) }
        if deeper.contains(where: { $0.count == depth + 1 }) { continue }
        guard !deeper.isEmpty, let inner = field.message, isEmpty(inner, depth + 1, deeper) else {
          return false
        }
      }
      return true
    }
    var messages = [parameters]
    for name in path { messages = messages.flatMap { $0.all(name) }.compactMap(\.message) }
    let inside = cleared.filter { $0.count > path.count && $0.starts(with: path) }
    return !messages.isEmpty && messages.allSatisfy { isEmpty($0, path.count, inside) }
  }
}

extension TextMessage {
  /// The message that has the field at the end of a path; where messages on the way are repeated, the last that has it.
  fileprivate func message(holding path: ArraySlice<String>) -> TextMessage? {
    guard path.count > 1, let name = path.first else { return contains(path.last ?? "") ? self : nil }
    var found: TextMessage?
    for field in fields where field.isNamed(name) {
      if let inner = field.message?.message(holding: path.dropFirst()) { found = inner }
    }
    return found
  }
}

extension Schema {
  /// Caffe's default of a layer's parameter; nil for a field it does not know.
  package func layerDefault(at path: [String]) -> AttributeValue? {
    layerField(at: path).flatMap(AttributeValue.init(defaultOf:))
  }
}
