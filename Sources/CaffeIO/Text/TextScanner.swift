/// Reads the tokens of protobuf's text format off bytes; mirrors `google::protobuf::io::Tokenizer` as
/// `TextFormat` sets it up: `#` comments up to a line feed, `f` behind a float, no string over a line end,
/// a space between a number and a word.
///
/// The buffer must outlive the scanner; it lives inside one `withUnsafeBufferPointer` of the parser.
struct TextScanner {
  let bytes: UnsafeBufferPointer<UInt8>
  var position = 0

  /// The byte at the position; 0 behind the end, which no token begins with.
  @inline(__always) var byte: UInt8 { position < bytes.count ? bytes[position] : 0 }
  @inline(__always) var isAtEnd: Bool { position >= bytes.count }

  /// Skips white space and comments. A NUL ends a comment, and is then found to be no token.
  @inline(__always) mutating func skipTrivia() {
    while true {
      let byte = byte
      if byte == 0x20 || byte &- 9 < 5 {
        position += 1
      } else if byte == UInt8(ascii: "#") {
        skipComment()
      } else {
        return
      }
    }
  }

  private mutating func skipComment() {
    while byte != 0x0A && byte != 0 { position += 1 }
  }

  @inline(__always) mutating func skipIdentifier() {
    while byte.isIdentifierByte { position += 1 }
  }

  /// `[package.name]` or `[host/package.Type]`: blanks may stand between the parts.
  mutating func skipExtensionName() throws(TextProblem) {
    let start = position
    position += 1
    while byte.isIdentifierByte || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/")
      || byte == UInt8(ascii: "-") || byte.isTextSpace
    {
      position += 1
    }
    guard byte == UInt8(ascii: "]") else { throw TextProblem(.openExtensionName, at: start) }
    let name = bytes[start + 1..<position]
    guard let first = name.first(where: { !$0.isTextSpace }), first.isIdentifierByte else {
      throw TextProblem(.expectedName(found: found(at: start + 1)), at: start + 1)
    }
    position += 1
  }

  /// One string literal, the position being at its quote.
  mutating func skipString() throws(TextProblem) {
    let start = position
    let quote = byte
    position += 1
    while true {
      let byte = byte
      if byte == quote { break }
      if byte == UInt8(ascii: "\\") {
        try skipEscape()
      } else if byte == 0x0A || byte == 0 {
        guard isAtEnd || byte == 0x0A else { throw TextProblem(.binary(byte), at: position) }
        throw TextProblem(.openString(quote: String(UnicodeScalar(quote))), at: start)
      } else {
        position += 1
      }
    }
    position += 1
  }

  private mutating func skipEscape() throws(TextProblem) {
    let start = position
    position += 1
    let letter = byte
    var isKnown = true
    switch letter {
    case UInt8(ascii: "0")...UInt8(ascii: "7"), UInt8(ascii: "a"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "v"), UInt8(ascii: "\\"),
      UInt8(ascii: "?"), UInt8(ascii: "'"), UInt8(ascii: "\""):
      position += 1
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      position += 1
      isKnown = byte.hexValue != nil
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      position += 1
      var value: UInt32 = 0
      for _ in 0..<(letter == UInt8(ascii: "u") ? 4 : 8) where isKnown {
        if let digit = byte.hexValue {
          value = value << 4 | UInt32(digit)
          position += 1
        } else {
          isKnown = false
        }
      }
      isKnown = isKnown && value <= 0x10FFFF
    default: isKnown = false
    }
    // The end of the text or line is the string's to report.
    guard isKnown || isAtEnd || byte == 0x0A else {
      let end = letter < 0x80 && letter >= 0x20 ? min(start + 2, bytes.count) : start + 1
      throw TextProblem(.badEscape(text(start..<end)), at: start)
    }
  }

  /// A number without its sign, the position being at a digit or point.
  mutating func skipNumber() throws(TextProblem) {
    let start = position
    var isOctal = false
    if byte == UInt8(ascii: "0"), nextByte | 0x20 == UInt8(ascii: "x") {
      position += 2
      guard byte.hexValue != nil else { throw TextProblem(.badNumber(token(from: start)), at: start) }
      while byte.hexValue != nil { position += 1 }
    } else if byte == UInt8(ascii: "0"), nextByte.isDigit {
      isOctal = true
      while byte.isDigit {
        if byte >= UInt8(ascii: "8") { throw TextProblem(.badOctal(token(from: start)), at: start) }
        position += 1
      }
    } else {
      while byte.isDigit { position += 1 }
      if byte == UInt8(ascii: ".") {
        position += 1
        let isPoint = position == start + 1 && !byte.isDigit
        if isPoint { throw TextProblem(.badNumber(token(from: start)), at: start) }
        while byte.isDigit { position += 1 }
      }
      if byte | 0x20 == UInt8(ascii: "e") {
        position += 1
        if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") { position += 1 }
        guard byte.isDigit else { throw TextProblem(.badNumber(token(from: start)), at: start) }
        while byte.isDigit { position += 1 }
      }
      if byte | 0x20 == UInt8(ascii: "f") { position += 1 }
    }
    guard !byte.isIdentifierByte, byte != UInt8(ascii: ".") else {
      throw TextProblem(isOctal ? .badOctal(token(from: start)) : .badNumber(token(from: start)), at: start)
    }
  }

  private var nextByte: UInt8 { position + 1 < bytes.count ? bytes[position + 1] : 0 }

  // MARK: For messages

  /// The text of a range, blanks in the place of control characters.
  func text(_ range: Range<Int>) -> String {
    String(decoding: bytes[range].map { $0 < 0x20 ? 0x20 : $0 }, as: UTF8.self)
  }

  /// All that looks like one number from `start`, cut to 40 bytes.
  private func token(from start: Int) -> String {
    var end = start
    while end < bytes.count, end - start < 40, bytes[end].isIdentifierByte || bytes[end] == UInt8(ascii: ".")
    {
      end += 1
    }
    return text(start..<end)
  }

  /// What stands at an offset, as a message says it: `'word'`, `the end of the text`, `the byte 0x00`.
  func found(at offset: Int) -> String {
    guard offset < bytes.count else { return "the end of the text" }
    let first = bytes[offset]
    if first.isIdentifierByte { return "'\(token(from: offset))'" }
    if first >= 0x20, first < 0x7F { return "'\(String(UnicodeScalar(first)))'" }
    if first >= 0x80 {
      var iterator = bytes[offset..<min(offset + 4, bytes.count)].makeIterator()
      var decoder = UTF8()
      if case .scalarValue(let scalar) = decoder.decode(&iterator) { return "'\(scalar)'" }
    }
    let hex = String(first, radix: 16, uppercase: true)
    return "the byte 0x\(first < 16 ? "0" : "")\(hex)"
  }
}

extension UInt8 {
  @inline(__always) var isDigit: Bool { self &- 48 < 10 }
  /// A letter, a digit or `_`.
  @inline(__always) var isIdentifierByte: Bool { (self | 0x20) &- 97 < 26 || self &- 48 < 10 || self == 95 }
  /// White space of the text format: blank, tab, LF, VT, FF, CR.
  @inline(__always) var isTextSpace: Bool { self == 0x20 || self &- 9 < 5 }
  @inline(__always) var isQuote: Bool { self == UInt8(ascii: "\"") || self == UInt8(ascii: "'") }
  /// 0…15 for a hexadecimal digit.
  var hexValue: UInt8? {
    if isDigit { return self - 48 }
    let letter = (self | 0x20) &- 97
    return letter < 6 ? letter + 10 : nil
  }
}
