/// Reads the tokens of a `.proto` file off bytes: the text format's words, numbers and strings, with `//` and
/// `/* */` comments.
///
/// The buffer must outlive the scanner; it lives inside one `withUnsafeBufferPointer` of the parser.
struct SchemaScanner {
  private var text: TextScanner

  init(_ bytes: UnsafeBufferPointer<UInt8>) throws(SchemaProblem) {
    text = TextScanner(bytes: bytes)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { text.position = 3 }
    try skipTrivia()
  }

  /// The offset of the next token.
  var position: Int { text.position }
  /// Its first byte; 0 at the end.
  var byte: UInt8 { text.byte }
  var isAtEnd: Bool { text.isAtEnd }
  /// The next token, as a message says it.
  var found: String { text.isAtEnd ? "the end of the file" : text.found(at: text.position) }

  private mutating func skipTrivia() throws(SchemaProblem) {
    while true {
      while text.byte.isTextSpace { text.position += 1 }
      guard text.byte == UInt8(ascii: "/"), text.position + 1 < text.bytes.count else { return }
      let second = text.bytes[text.position + 1]
      if second == UInt8(ascii: "/") {
        while !text.isAtEnd, text.byte != 0x0A { text.position += 1 }
      } else if second == UInt8(ascii: "*") {
        let start = text.position
        text.position += 2
        while !(text.byte == UInt8(ascii: "*") && text.position + 1 < text.bytes.count
          && text.bytes[text.position + 1] == UInt8(ascii: "/"))
        {
          guard !text.isAtEnd else { throw SchemaProblem(.openComment, at: start) }
          text.position += 1
        }
        text.position += 2
      } else {
        return
      }
    }
  }

  // MARK: Tokens

  /// Takes a sign if it is next.
  mutating func take(_ sign: Unicode.Scalar) throws(SchemaProblem) -> Bool {
    guard text.byte == UInt8(ascii: sign) else { return false }
    text.position += 1
    try skipTrivia()
    return true
  }

  mutating func expect(_ sign: Unicode.Scalar) throws(SchemaProblem) {
    guard try take(sign) else { throw SchemaProblem(.expected("'\(sign)'", found: found), at: position) }
  }

  /// Whether the next token is this word.
  func isAt(_ word: StaticString) -> Bool {
    let end = position + word.utf8CodeUnitCount
    guard end <= text.bytes.count, !(end < text.bytes.count && text.bytes[end].isIdentifierByte) else {
      return false
    }
    for index in 0..<word.utf8CodeUnitCount where text.bytes[position + index] != word.utf8Start[index] {
      return false
    }
    return true
  }

  /// Takes a word if it is next.
  mutating func take(word: StaticString) throws(SchemaProblem) -> Bool {
    guard isAt(word) else { return false }
    text.position += word.utf8CodeUnitCount
    try skipTrivia()
    return true
  }

  /// A word; `what` is what was due if it is none.
  mutating func identifier(_ what: String) throws(SchemaProblem) -> String {
    guard text.byte.isIdentifierByte, !text.byte.isDigit else {
      throw SchemaProblem(.expected(what, found: found), at: position)
    }
    let start = position
    text.skipIdentifier()
    let result = String(decoding: text.bytes[start..<position], as: UTF8.self)
    try skipTrivia()
    return result
  }

  /// Words with points between them, perhaps one in front.
  mutating func dottedName(_ what: String) throws(SchemaProblem) -> String {
    var result = try take(".") ? "." : ""
    result += try identifier(what)
    while try take(".") {
      result += "."
      result += try identifier(what)
    }
    return result
  }

  /// A number with its sign, or an `inf` or `nan`, as bytes for `TextNumber`.
  mutating func number(_ what: String) throws(SchemaProblem) -> [UInt8] {
    let isNegative = try take("-")
    let start = position
    guard text.byte.isIdentifierByte || text.byte == UInt8(ascii: ".") else {
      throw SchemaProblem(.expected(what, found: found), at: position)
    }
    if text.byte.isDigit || text.byte == UInt8(ascii: ".") {
      do throws(TextProblem) { try text.skipNumber() } catch {
        throw SchemaProblem(.token(error.reason), at: error.offset)
      }
    } else {
      text.skipIdentifier()
    }
    let digits = text.bytes[start..<position]
    try skipTrivia()
    return isNegative ? [UInt8(ascii: "-")] + digits : Array(digits)
  }

  /// One or more string literals, decoded.
  mutating func string(_ what: String) throws(SchemaProblem) -> String {
    guard text.byte.isQuote else { throw SchemaProblem(.expected(what, found: found), at: position) }
    var result: [UInt8] = []
    repeat {
      let start = position
      do throws(TextProblem) { try text.skipString() } catch {
        throw SchemaProblem(.token(error.reason), at: error.offset)
      }
      result += TextString.decode(ArraySlice(text.bytes[start..<position]))
      try skipTrivia()
    } while text.byte.isQuote
    return String(decoding: result, as: UTF8.self)
  }

  /// Skips a token of any kind: inside of what the schema does not need.
  mutating func skipToken() throws(SchemaProblem) {
    if text.byte.isQuote {
      _ = try string("")
    } else if text.byte.isIdentifierByte {
      text.skipIdentifier()
      try skipTrivia()
    } else {
      text.position += 1
      try skipTrivia()
    }
  }
}
