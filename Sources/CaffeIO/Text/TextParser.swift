import Diagnostics

/// One pass over a protobuf text, into a flat array of fields.
///
///     message = { field [ "," | ";" ] }
///     field   = name ":" ( value | body | list ) | name ( body | list of bodies )
///     name    = identifier | "[" … "]"
///     value   = string { string } | [ "-" ] ( number | identifier )
///     body    = "{" message "}" | "<" message ">"
///     list    = "[" [ element { "," element } ] "]",  element = value | body
///
/// White space and comments may stand between any two tokens. What is open is kept on a stack of the
/// parser's own, so that no text can exhaust the machine's.
struct TextParser {
  private var scanner: TextScanner
  private let limits: TextLimits
  private var nodes: ContiguousArray<TextNode> = []
  /// Indices of the messages and lists that are open, the innermost last.
  private var open: [Int] = []
  /// Those of them that are lists without a colon before them; such a list may hold messages only.
  private var listsOfMessages: [Int] = []
  /// What closes the innermost; 0 at the top level.
  private var closer: UInt8 = 0
  private var depth = 0

  /// The fields of `source`, in the order of the text.
  static func parse(
    _ source: SourceText, limits: TextLimits
  ) throws(TextFormatError) -> ContiguousArray<TextNode> {
    guard source.bytes.count <= limits.byteCount else {
      throw TextFormatError(
        TextProblem(.tooLarge(byteCount: source.bytes.count, limit: limits.byteCount), at: 0), in: source)
    }
    do throws(TextProblem) {
      return try source.bytes.withUnsafeBufferPointer { bytes throws(TextProblem) in
        var parser = TextParser(bytes, limits: limits)
        try parser.run()
        return parser.nodes
      }
    } catch {
      throw TextFormatError(TextProblem.explained(error, in: source.bytes), in: source)
    }
  }

  private init(_ bytes: UnsafeBufferPointer<UInt8>, limits: TextLimits) {
    scanner = TextScanner(bytes: bytes)
    self.limits = limits
    // Real files have a field every 15 to 20 bytes; growing by doubling would hold the array twice meanwhile.
    nodes.reserveCapacity(bytes.count / 16 + 4)
  }

  private mutating func run() throws(TextProblem) {
    if scanner.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { scanner.position = 3 }
    while true {
      scanner.skipTrivia()
      let byte = scanner.byte
      if byte == closer {
        if byte != 0 {
          try close()
          continue
        }
        if scanner.isAtEnd { return }
      }
      if closer == UInt8(ascii: "]") {
        try parseElement()
      } else {
        try parseField()
      }
    }
  }

  // MARK: Fields

  @inline(__always) private mutating func parseField() throws(TextProblem) {
    let start = scanner.position
    let first = scanner.byte
    if first.isIdentifierByte && !first.isDigit {
      scanner.skipIdentifier()
    } else if first == UInt8(ascii: "[") {
      try scanner.skipExtensionName()
    } else {
      throw noName(at: start)
    }
    let nameEnd = scanner.position
    scanner.skipTrivia()
    let hasColon = scanner.byte == UInt8(ascii: ":")
    if hasColon {
      scanner.position += 1
      scanner.skipTrivia()
    }
    switch scanner.byte {
    case UInt8(ascii: "{"), UInt8(ascii: "<"):
      try openMessage(nameStart: start)
    case UInt8(ascii: "["):
      openBracket(nameStart: start, closer: UInt8(ascii: "]"))
      if !hasColon { listsOfMessages.append(nodes.count - 1) }
    default:
      guard hasColon else {
        throw TextProblem(
          .expectedColon(name: scanner.text(start..<nameEnd), found: scanner.found(at: scanner.position)),
          at: scanner.position)
      }
      try parseScalar(nameStart: start)
      skipSeparator()
    }
  }

  private mutating func parseElement() throws(TextProblem) {
    let list = open[open.count - 1]
    let nameStart = Int(nodes[list].nameStart)
    if scanner.byte == UInt8(ascii: "{") || scanner.byte == UInt8(ascii: "<") {
      try openMessage(nameStart: nameStart)
    } else {
      // A word in the place of a message shows that the colon is missing; a bracket or the end of the text does not.
      if listsOfMessages.last == list, nodes.count == list + 1 || beginsScalar {
        let start = Int(nodes[list].valueStart)
        throw TextProblem(
          .expectedColon(name: name(of: nodes[list]), found: scanner.found(at: start)), at: start)
      }
      try parseScalar(nameStart: nameStart)
      try endElement()
    }
  }

  private var beginsScalar: Bool {
    let byte = scanner.byte
    return byte.isIdentifierByte || byte.isQuote || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
  }

  /// Behind an element: a comma and another element, or the end of the list.
  private mutating func endElement() throws(TextProblem) {
    scanner.skipTrivia()
    if scanner.byte == UInt8(ascii: "]") { return }
    let list = nodes[open[open.count - 1]]
    guard scanner.byte == UInt8(ascii: ",") else {
      if scanner.isAtEnd { throw unclosed() }
      throw TextProblem(
        .expectedComma(name: name(of: list), found: scanner.found(at: scanner.position)),
        at: scanner.position)
    }
    scanner.position += 1
    scanner.skipTrivia()
    if scanner.byte == UInt8(ascii: "]") { throw noValue(nameStart: Int(list.nameStart)) }
  }

  private mutating func openMessage(nameStart: Int) throws(TextProblem) {
    depth += 1
    guard depth <= limits.depth else {
      throw TextProblem(.tooDeep(limit: limits.depth), at: scanner.position)
    }
    openBracket(nameStart: nameStart, closer: Self.closer(of: scanner.byte))
  }

  private mutating func openBracket(nameStart: Int, closer: UInt8) {
    append(nameStart: nameStart, valueStart: scanner.position)
    open.append(nodes.count - 1)
    self.closer = closer
    scanner.position += 1
  }

  private mutating func close() throws(TextProblem) {
    let index = open.removeLast()
    if listsOfMessages.last == index { listsOfMessages.removeLast() }
    scanner.position += 1
    nodes[index].valueEnd = UInt32(truncatingIfNeeded: scanner.position)
    nodes[index].next = UInt32(truncatingIfNeeded: nodes.count)
    if closer != UInt8(ascii: "]") { depth -= 1 }
    closer = open.last.map { Self.closer(of: scanner.bytes[Int(nodes[$0].valueStart)]) } ?? 0
    if closer == UInt8(ascii: "]") {
      try endElement()
    } else {
      skipSeparator()
    }
  }

  /// In ASCII `}`, `>` and `]` stand two behind `{`, `<` and `[`.
  private static func closer(of opener: UInt8) -> UInt8 { opener + 2 }

  @inline(__always) private mutating func append(nameStart: Int, valueStart: Int) {
    // Offsets fit: the limits hold the text below 4 GiB.
    nodes.append(
      TextNode(
        nameStart: UInt32(truncatingIfNeeded: nameStart), valueStart: UInt32(truncatingIfNeeded: valueStart),
        valueEnd: UInt32(truncatingIfNeeded: scanner.position),
        next: UInt32(truncatingIfNeeded: nodes.count + 1)))
  }

  @inline(__always) private mutating func skipSeparator() {
    scanner.skipTrivia()
    if scanner.byte == UInt8(ascii: ",") || scanner.byte == UInt8(ascii: ";") { scanner.position += 1 }
  }

  // MARK: Values

  @inline(__always) private mutating func parseScalar(nameStart: Int) throws(TextProblem) {
    let start = scanner.position
    if scanner.byte.isQuote { return try parseStrings(nameStart: nameStart) }
    let isNegative = scanner.byte == UInt8(ascii: "-")
    if isNegative {
      scanner.position += 1
      scanner.skipTrivia()
    }
    let first = scanner.byte
    if first.isDigit || first == UInt8(ascii: ".") {
      try scanner.skipNumber()
    } else if first.isIdentifierByte {
      let word = scanner.position
      scanner.skipIdentifier()
      if isNegative, !TextNumber.isSpecial(scanner.bytes[word..<scanner.position]) {
        throw TextProblem(.negativeWord(scanner.text(word..<scanner.position)), at: word)
      }
    } else {
      throw noValue(nameStart: nameStart)
    }
    append(nameStart: nameStart, valueStart: start)
  }

  /// String literals in a row are one value, which ends behind the last of them.
  private mutating func parseStrings(nameStart: Int) throws(TextProblem) {
    let start = scanner.position
    var end = start
    repeat {
      try scanner.skipString()
      end = scanner.position
      scanner.skipTrivia()
    } while scanner.byte.isQuote
    scanner.position = end
    append(nameStart: nameStart, valueStart: start)
  }

  // MARK: Problems

  private func name(of node: TextNode) -> String {
    scanner.text(TextNode.nameRange(from: Int(node.nameStart), in: scanner.bytes))
  }

  private func noName(at offset: Int) -> TextProblem {
    if scanner.isAtEnd { return unclosed() }
    let found = scanner.byte
    guard found == UInt8(ascii: "}") || found == UInt8(ascii: ">") || found == UInt8(ascii: "]") else {
      return TextProblem(.expectedName(found: scanner.found(at: offset)), at: offset)
    }
    let closing = String(UnicodeScalar(found))
    guard let innermost = open.last.map({ nodes[$0] }) else {
      return TextProblem(.strayCloser(closing), at: offset)
    }
    return TextProblem(
      .wrongCloser(closing, expected: String(UnicodeScalar(closer)), name: name(of: innermost)), at: offset,
      opening: Int(innermost.valueStart))
  }

  private func noValue(nameStart: Int) -> TextProblem {
    let name = scanner.text(TextNode.nameRange(from: nameStart, in: scanner.bytes))
    return TextProblem(
      .expectedValue(name: name, found: scanner.found(at: scanner.position)), at: scanner.position)
  }

  private func unclosed() -> TextProblem {
    let innermost = nodes[open[open.count - 1]]
    return TextProblem(
      .unclosed(expected: String(UnicodeScalar(closer)), name: name(of: innermost)), at: scanner.position,
      opening: Int(innermost.valueStart))
  }
}

extension TextProblem {
  /// The problem, or what explains it better: a file that is no such text at all.
  fileprivate static func explained(_ problem: TextProblem, in bytes: [UInt8]) -> TextProblem {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      return TextProblem(.utf16, at: 0)
    }
    switch ForeignFile.recognize(Array(bytes.prefix(512))) {
    case nil, .empty?, .text?: break
    case let foreign?: return TextProblem(.foreign(foreign), at: 0)
    }
    let control = bytes.prefix(64).firstIndex { $0 < 0x20 && !$0.isTextSpace }
    return control.map { TextProblem(.binary(bytes[$0]), at: $0) } ?? problem
  }
}
