import Diagnostics

/// Finds the types that declarations name, and checks numbers, names and defaults.
struct SchemaResolver {
  private let package: String
  private let hasImports: Bool
  private var messages: [SchemaParser.Message]
  private let extensions: [SchemaParser.Extension]
  private let enums: [String: SchemaEnum]
  private let messageNames: Set<String>
  /// Whether to look for names and numbers that occur twice; not in the built-in text, where a test does.
  private let checksRepetitions: Bool

  init(_ parser: SchemaParser, checksRepetitions: Bool = true) {
    self.checksRepetitions = checksRepetitions
    package = parser.package
    hasImports = parser.hasImports
    messages = parser.messages
    extensions = parser.extensions
    enums = Dictionary(uniqueKeysWithValues: parser.enums.map { ($0.name, $0) })
    messageNames = Set(parser.messages.map(\.name))
  }

  mutating func resolve() throws(SchemaProblem) -> (
    messages: [String: SchemaMessage], enums: [String: SchemaEnum]
  ) {
    var result: [String: SchemaMessage] = [:]
    result.reserveCapacity(messages.count)
    let added = try extensionFields()
    for message in messages {
      var fields = try message.fields.map { (field) throws(SchemaProblem) in
        try resolved(field, scope: message.name)
      }
      fields += added[message.name] ?? []
      if checksRepetitions { try check(message.fields, fields, of: message.name) }
      result[message.name] = SchemaMessage(name: message.name, fields: fields)
    }
    return (result, enums)
  }

  private func extensionFields() throws(SchemaProblem) -> [String: [SchemaField]] {
    var result: [String: [SchemaField]] = [:]
    for part in extensions {
      guard case .message(let target)? = type(named: part.target, scope: part.scope) else {
        // What an imported file declares cannot be extended here, and is left alone.
        if hasImports { continue }
        throw unknown(part.target, field: part.target, at: part.offset)
      }
      for field in part.fields { result[target, default: []].append(try resolved(field, scope: part.scope)) }
    }
    return result
  }

  // MARK: Types

  /// The type that a name means within a scope: the innermost declaration wins.
  private func type(named name: String, scope: String) -> SchemaField.FieldType? {
    func exact(_ name: String) -> SchemaField.FieldType? {
      if messageNames.contains(name) { return .message(name) }
      return enums[name] != nil ? .enum(name) : nil
    }
    func unpackaged(_ name: String) -> String? {
      !package.isEmpty && name.hasPrefix(package + ".") ? String(name.dropFirst(package.utf8.count + 1)) : nil
    }
    if name.hasPrefix(".") {
      let absolute = String(name.dropFirst())
      return exact(unpackaged(absolute) ?? absolute)
    }
    var scope = scope
    while !scope.isEmpty {
      if let found = exact("\(scope).\(name)") { return found }
      scope = scope.utf8.lastIndex(of: UInt8(ascii: ".")).map { String(scope[..<$0]) } ?? ""
    }
    return exact(name) ?? unpackaged(name).flatMap(exact)
  }

  private func unknown(_ name: String, field: String, at offset: Int) -> SchemaProblem {
    let known = (Array(messageNames) + Array(enums.keys)).sorted()
    return SchemaProblem(
      .unknownType(name, field: field, suggestion: Suggestion.nearest(to: name, among: known)), at: offset)
  }

  private func resolved(_ raw: SchemaParser.Field, scope: String) throws(SchemaProblem) -> SchemaField {
    var field = raw.field
    if let name = raw.typeName {
      if let type = type(named: name, scope: scope) {
        field.type = type
      } else {
        guard hasImports else { throw unknown(name, field: field.name, at: raw.typeOffset) }
        field.type = .message(name.hasPrefix(".") ? String(name.dropFirst()) : name)
      }
    }
    if let (value, offset) = raw.declaredDefault {
      field.defaultValue = try declared(value, of: field, at: offset)
      field.hasDeclaredDefault = true
    } else if !field.isRepeated {
      field.defaultValue = implicitDefault(of: field.type)
    }
    return field
  }

  // MARK: Defaults

  private func implicitDefault(of type: SchemaField.FieldType) -> SchemaValue? {
    switch type {
    case .message: nil
    case .enum(let name): enums[name].map { .enumeration($0.values[0].name) }
    case .bool: .boolean(false)
    case .string, .bytes: .string("")
    case .float, .double: .number(0)
    default: .integer(0)
    }
  }

  private func declared(
    _ value: SchemaParser.Default, of field: SchemaField, at offset: Int
  ) throws(SchemaProblem) -> SchemaValue {
    if field.isRepeated { throw SchemaProblem(.needlessDefault(field: field.name), at: offset) }
    let written: String
    switch (field.type, value) {
    case (.message, _):
      throw SchemaProblem(.needlessDefault(field: field.name), at: offset)
    case (.string, .string(let string)), (.bytes, .string(let string)): return .string(string)
    case (_, .string(let string)): written = "\"\(string)\""
    case (let type, .scalar(let bytes)):
      written = String(decoding: bytes, as: UTF8.self)
      switch type {
      case .bool where written == "true" || written == "false": return .boolean(written == "true")
      case .float, .double: if let number = TextNumber.double(bytes[...]) { return .number(number) }
      case .enum(let name):
        guard let values = enums[name]?.values else { break }
        if values.contains(where: { $0.name == written }) { return .enumeration(written) }
        let nearest = Suggestion.nearest(to: written, among: values.map(\.name))
        throw SchemaProblem(
          .unknownDefault(written, field: field.name, type: name, suggestion: nearest), at: offset)
      default:
        if let range = type.integers, let integer = TextNumber.integer(bytes[...]), range.contains(integer) {
          return .integer(integer)
        }
      }
    }
    throw SchemaProblem(
      .badDefault(written, field: field.name, expected: phrase(of: field.type)), at: offset)
  }

  private func phrase(of type: SchemaField.FieldType) -> String {
    switch type {
    case .bool: "'true' or 'false'"
    case .string, .bytes: "a string"
    case .float, .double: "a number"
    case .enum(let name): "a value of '\(name)'"
    case .message: "no default"
    default: type.integers.map { "a whole number from \($0.lowerBound) to \($0.upperBound)" } ?? "a value"
    }
  }

  // MARK: Checks

  private func check(
    _ raw: [SchemaParser.Field], _ fields: [SchemaField], of message: String
  ) throws(SchemaProblem) {
    var names = Set<String>(minimumCapacity: fields.count)
    var numbers = [Int: String](minimumCapacity: fields.count)
    for (index, field) in fields.enumerated() {
      // Extensions come last; their place is that of the message's last field.
      let place = index < raw.count ? raw[index] : raw.last
      guard names.insert(field.name).inserted else {
        throw SchemaProblem(.repeatedName(field.name, of: message), at: place?.offset ?? 0)
      }
      guard let number = field.number else { continue }
      if let first = numbers.updateValue(field.name, forKey: number) {
        throw SchemaProblem(
          .repeatedNumber(number, field: field.name, first: first, message: message),
          at: place?.numberOffset ?? 0)
      }
    }
  }
}
