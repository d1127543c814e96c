/// One pass over a `.proto` file of proto2, into declarations whose types are still names.
///
///     file    = { "syntax" | "import" | "package" | "option" | "service" | declaration | ";" }
///     declaration = "message" name body | "enum" name "{" … "}" | "extend" type "{" { field } "}"
///     body    = "{" { declaration | field | "oneof" … | "reserved" … | "extensions" … | "option" … | ";" } "}"
///     field   = label ( type | "group" ) name "=" number [ "[" options "]" ] ( ";" | body )
///             | "map" "<" type "," type ">" name "=" number …
///
/// What a schema does not need (options, services, reserved ranges) is passed over.
struct SchemaParser {
  /// A field whose type is yet to be found.
  struct Field {
    var field: SchemaField
    /// The name of a message or enumeration, as written.
    var typeName: String?
    var offset: Int
    var typeOffset: Int
    var numberOffset: Int
    var declaredDefault: (value: Default, offset: Int)?
  }

  enum Default {
    case string(String)
    case scalar([UInt8])
  }

  struct Message {
    var name: String
    var fields: [Field] = []
  }

  /// Fields that are added to a message, from within a scope.
  struct Extension {
    var target: String
    var scope: String
    var offset: Int
    var fields: [Field]
  }

  /// What differs between a user's file and the built-in text.
  struct Dialect {
    /// Labels may be left out, meaning `optional`, and the number 0 stands for one that is not known.
    var isCompact = false
  }

  /// How deep messages may nest; protobuf's own compiler stops at the same.
  static let depthLimit = 32

  private var scanner: SchemaScanner
  private let dialect: Dialect
  private(set) var package = ""
  private(set) var hasImports = false
  private(set) var messages: [Message] = []
  private(set) var enums: [SchemaEnum] = []
  private(set) var extensions: [Extension] = []
  private var typeNames: Set<String> = []

  static func parse(
    _ bytes: UnsafeBufferPointer<UInt8>, dialect: Dialect
  ) throws(SchemaProblem) -> SchemaParser {
    var parser = SchemaParser(scanner: try SchemaScanner(bytes), dialect: dialect)
    try parser.parseFile()
    return parser
  }

  private init(scanner: SchemaScanner, dialect: Dialect) {
    self.scanner = scanner
    self.dialect = dialect
  }

  private mutating func parseFile() throws(SchemaProblem) {
    while !scanner.isAtEnd {
      if try scanner.take(word: "syntax") {
        try scanner.expect("=")
        let offset = scanner.position
        let syntax = try scanner.string("the version of the language")
        guard syntax == "proto2" else { throw SchemaProblem(.unknownSyntax(syntax), at: offset) }
        try scanner.expect(";")
      } else if try scanner.take(word: "package") {
        package = try scanner.dottedName("a package name")
        try scanner.expect(";")
      } else if scanner.isAt("import") {
        hasImports = true
        try skipStatement()
      } else if scanner.isAt("option") || scanner.isAt("service") {
        try skipStatement()
      } else if try !scanner.take(";"), try !parseDeclaration(scope: "", depth: 0) {
        throw SchemaProblem(
          .expected("a message, an enum or another declaration", found: scanner.found), at: scanner.position)
      }
    }
  }

  // MARK: Declarations

  private mutating func parseDeclaration(scope: String, depth: Int) throws(SchemaProblem) -> Bool {
    if try scanner.take(word: "message") {
      let offset = scanner.position
      let name = try declare(try scanner.identifier("a message name"), in: scope, at: offset)
      try parseBody(of: name, depth: depth + 1, at: offset)
    } else if try scanner.take(word: "enum") {
      try parseEnum(scope: scope)
    } else if try scanner.take(word: "extend") {
      let offset = scanner.position
      let target = try scanner.dottedName("the name of the message to extend")
      var fields: [Field] = []
      try block(target) { (parser) throws(SchemaProblem) in
        fields.append(try parser.parseField(scope: scope, depth: depth, isExtension: true))
      }
      extensions.append(Extension(target: target, scope: scope, offset: offset, fields: fields))
    } else {
      return false
    }
    return true
  }

  private mutating func declare(_ name: String, in scope: String, at offset: Int) throws(SchemaProblem)
    -> String
  {
    let full = scope.isEmpty ? name : "\(scope).\(name)"
    guard typeNames.insert(full).inserted else {
      throw SchemaProblem(.repeatedName(name, of: scope.isEmpty ? "the file" : scope), at: offset)
    }
    return full
  }

  private mutating func parseBody(of name: String, depth: Int, at offset: Int) throws(SchemaProblem) {
    guard depth <= Self.depthLimit else { throw SchemaProblem(.tooDeep(limit: Self.depthLimit), at: offset) }
    let index = messages.count
    messages.append(Message(name: name))
    try block(name) { (parser) throws(SchemaProblem) in
      try parser.parseMember(of: index, depth: depth)
    }
  }

  private mutating func parseMember(of index: Int, depth: Int) throws(SchemaProblem) {
    let name = messages[index].name
    if scanner.isAt("option") || scanner.isAt("reserved") || scanner.isAt("extensions") {
      return try skipStatement()
    }
    if try scanner.take(word: "oneof") {
      let oneof = try scanner.identifier("a name")
      return try block(oneof) { (parser) throws(SchemaProblem) in
        if parser.scanner.isAt("option") { return try parser.skipStatement() }
        let field = try parser.parseField(scope: name, depth: depth, hasLabel: false)
        parser.messages[index].fields.append(field)
      }
    }
    // A field may have a type named `message` only with a label before it, so these words decide.
    if try parseDeclaration(scope: name, depth: depth) { return }
    let field = try parseField(scope: name, depth: depth)
    messages[index].fields.append(field)
  }

  private mutating func parseEnum(scope: String) throws(SchemaProblem) {
    let offset = scanner.position
    let name = try declare(try scanner.identifier("an enum name"), in: scope, at: offset)
    var values: [SchemaEnum.Value] = []
    var names: Set<String> = []
    try block(name) { (parser) throws(SchemaProblem) in
      if parser.scanner.isAt("option") || parser.scanner.isAt("reserved") {
        return try parser.skipStatement()
      }
      let start = parser.scanner.position
      let value = try parser.scanner.identifier("a value's name")
      guard names.insert(value).inserted else {
        throw SchemaProblem(.repeatedName(value, of: name), at: start)
      }
      try parser.scanner.expect("=")
      let numberOffset = parser.scanner.position
      let digits = try parser.scanner.number("a number")
      guard let number = TextNumber.integer(digits[...]), Int32(exactly: number) != nil else {
        throw SchemaProblem(
          .badNumber(String(decoding: digits, as: UTF8.self), field: value), at: numberOffset)
      }
      values.append(SchemaEnum.Value(name: value, number: number))
      if parser.scanner.byte == UInt8(ascii: "[") { try parser.skipBalanced() }
      try parser.scanner.expect(";")
    }
    guard !values.isEmpty else { throw SchemaProblem(.emptyEnum(name), at: offset) }
    enums.append(SchemaEnum(name: name, values: values))
  }

  // MARK: Fields

  private mutating func parseField(
    scope: String, depth: Int, hasLabel: Bool = true, isExtension: Bool = false
  ) throws(SchemaProblem) -> Field {
    if scanner.isAt("map"), let map = try parseMap(scope: scope) { return map }
    var label = SchemaField.Label.optional
    let start = scanner.position
    if try scanner.take(word: "repeated") {
      label = .repeated
    } else if try scanner.take(word: "required") {
      label = .required
    } else if try !scanner.take(word: "optional"), hasLabel, !dialect.isCompact {
      let found = try scanner.dottedName("a field or declaration")
      throw SchemaProblem(.missingLabel(found), at: start)
    }
    if try scanner.take(word: "group") { return try parseGroup(scope: scope, depth: depth, label: label) }
    let typeOffset = scanner.position
    let typeName = try scanner.dottedName("a type")
    let offset = scanner.position
    let name = try scanner.identifier("a field name")
    let scalar = SchemaField.FieldType(scalar: typeName)
    var field = Field(
      field: SchemaField(
        name: isExtension
          ? "[\(package.isEmpty ? "" : package + ".")\(scope.isEmpty ? "" : scope + ".")\(name)]" : name,
        number: nil, label: label, type: scalar ?? .message(typeName), defaultValue: nil,
        hasDeclaredDefault: false, isPacked: false, isGroup: false),
      typeName: scalar == nil ? typeName : nil, offset: offset, typeOffset: typeOffset, numberOffset: offset)
    try parseNumber(of: &field)
    try parseOptions(of: &field)
    try scanner.expect(";")
    return field
  }

  private mutating func parseNumber(of field: inout Field) throws(SchemaProblem) {
    try scanner.expect("=")
    field.numberOffset = scanner.position
    let digits = try scanner.number("a field number")
    let number = TextNumber.integer(digits[...])
    if dialect.isCompact, number == 0 { return }
    guard let number, (1...536_870_911).contains(number) else {
      throw SchemaProblem(
        .badNumber(String(decoding: digits, as: UTF8.self), field: field.field.name), at: field.numberOffset)
    }
    guard !(19_000...19_999).contains(number) else {
      throw SchemaProblem(.reservedNumber(number, field: field.field.name), at: field.numberOffset)
    }
    field.field.number = number
  }

  private mutating func parseOptions(of field: inout Field) throws(SchemaProblem) {
    guard try scanner.take("[") else { return }
    repeat {
      if try scanner.take(word: "default") {
        try scanner.expect("=")
        let offset = scanner.position
        let value: Default =
          scanner.byte.isQuote
          ? .string(try scanner.string("a value")) : .scalar(try scanner.number("a value"))
        field.declaredDefault = (value, offset)
      } else if try scanner.take(word: "packed") {
        try scanner.expect("=")
        field.field.isPacked = try scanner.take(word: "true")
        if !field.field.isPacked, try !scanner.take(word: "false") {
          throw SchemaProblem(.expected("'true' or 'false'", found: scanner.found), at: scanner.position)
        }
      } else {
        try skipOption()
      }
    } while try scanner.take(",")
    try scanner.expect("]")
  }

  /// A group is a message of its own; its field has the name in lower case.
  private mutating func parseGroup(
    scope: String, depth: Int, label: SchemaField.Label
  ) throws(SchemaProblem) -> Field {
    let offset = scanner.position
    let typeName = try scanner.identifier("a group name")
    let full = try declare(typeName, in: scope, at: offset)
    var field = Field(
      field: SchemaField(
        name: typeName.lowercased(), number: nil, label: label, type: .message(full), defaultValue: nil,
        hasDeclaredDefault: false, isPacked: false, isGroup: true),
      typeName: nil, offset: offset, typeOffset: offset, numberOffset: offset)
    try parseNumber(of: &field)
    try parseOptions(of: &field)
    try parseBody(of: full, depth: depth + 1, at: offset)
    return field
  }

  /// A map is a repeated message of a key and a value; nil if `map` is but a type's name.
  private mutating func parseMap(scope: String) throws(SchemaProblem) -> Field? {
    let ahead = scanner
    let typeOffset = scanner.position
    guard try scanner.take(word: "map"), try scanner.take("<") else {
      scanner = ahead
      return nil
    }
    func entry(_ name: String, _ number: Int, _ type: String, at offset: Int) -> Field {
      let scalar = SchemaField.FieldType(scalar: type)
      return Field(
        field: SchemaField(
          name: name, number: number, label: .optional, type: scalar ?? .message(type), defaultValue: nil,
          hasDeclaredDefault: false, isPacked: false, isGroup: false),
        typeName: scalar == nil ? type : nil, offset: offset, typeOffset: offset, numberOffset: offset)
    }
    let key = entry("key", 1, try scanner.dottedName("the type of the key"), at: typeOffset)
    try scanner.expect(",")
    let valueOffset = scanner.position
    let value = entry("value", 2, try scanner.dottedName("the type of the value"), at: valueOffset)
    try scanner.expect(">")
    let offset = scanner.position
    let name = try scanner.identifier("a field name")
    let full = try declare("\(name)Entry", in: scope, at: offset)
    var field = Field(
      field: SchemaField(
        name: name, number: nil, label: .repeated, type: .message(full), defaultValue: nil,
        hasDeclaredDefault: false, isPacked: false, isGroup: false),
      typeName: nil, offset: offset, typeOffset: typeOffset, numberOffset: offset)
    messages.append(Message(name: full, fields: [key, value]))
    try parseNumber(of: &field)
    try parseOptions(of: &field)
    try scanner.expect(";")
    return field
  }

  // MARK: Parts

  /// `{ … }`, `body` taking one member each time; `;` alone is passed over.
  private mutating func block(
    _ name: String, _ body: (inout SchemaParser) throws(SchemaProblem) -> Void
  ) throws(SchemaProblem) {
    try scanner.expect("{")
    while try !scanner.take("}") {
      guard !scanner.isAtEnd else { throw SchemaProblem(.unclosed(name: name), at: scanner.position) }
      if try scanner.take(";") { continue }
      try body(&self)
    }
  }

  /// Up to and with `;`, or a block in braces.
  private mutating func skipStatement() throws(SchemaProblem) {
    let start = scanner.found
    while try !scanner.take(";") {
      guard !scanner.isAtEnd, scanner.byte != UInt8(ascii: "}") else {
        throw SchemaProblem(.expected("';' after \(start)", found: scanner.found), at: scanner.position)
      }
      if scanner.byte == UInt8(ascii: "{") {
        try skipBalanced()
        // `option x = { … };` goes on to its semicolon, a service ends here; a lone `;` is harmless.
        _ = try scanner.take(";")
        return
      }
      try scanner.skipToken()
    }
  }

  /// One `name = value` of options that mean nothing here.
  private mutating func skipOption() throws(SchemaProblem) {
    while ![UInt8(ascii: ","), UInt8(ascii: "]")].contains(scanner.byte) {
      guard !scanner.isAtEnd, scanner.byte != UInt8(ascii: ";"), scanner.byte != UInt8(ascii: "}") else {
        throw SchemaProblem(.expected("']'", found: scanner.found), at: scanner.position)
      }
      if [UInt8(ascii: "{"), UInt8(ascii: "("), UInt8(ascii: "<")].contains(scanner.byte) {
        try skipBalanced()
      } else {
        try scanner.skipToken()
      }
    }
  }

  /// From an opening bracket to the one that closes it.
  private mutating func skipBalanced() throws(SchemaProblem) {
    let closers: [UInt8: UInt8] = [
      UInt8(ascii: "{"): UInt8(ascii: "}"), UInt8(ascii: "["): UInt8(ascii: "]"),
      UInt8(ascii: "("): UInt8(ascii: ")"), UInt8(ascii: "<"): UInt8(ascii: ">"),
    ]
    var open: [UInt8] = []
    repeat {
      guard !scanner.isAtEnd else {
        let closer = String(UnicodeScalar(open[open.count - 1]))
        throw SchemaProblem(.expected("'\(closer)'", found: scanner.found), at: scanner.position)
      }
      if let closer = closers[scanner.byte] {
        open.append(closer)
      } else if scanner.byte == open.last {
        open.removeLast()
      }
      try scanner.skipToken()
    } while !open.isEmpty
  }
}
