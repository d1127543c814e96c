/// A word of an expression.
struct ExpressionToken: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    case number(Double)
    case string(String)
    case name(String)
    /// `true`, `false`, `and`, `or`, `not`, `in`, `for`, `if`.
    case keyword(ExpressionKeyword)
    /// An operator or a bracket; `&&`, `||` and `!` arrive as the keywords they stand for.
    case symbol(String)
    case end
  }

  var kind: Kind
  var range: Range<Int>
}

/// The words that cannot name anything.
package enum ExpressionKeyword: String, Sendable, CaseIterable {
  case `true`, `false`, and, or, not, `in`, `for`, `if`
}

/// Cuts an expression into words.
struct ExpressionLexer {
  private let bytes: [UInt8]
  private var index = 0

  /// The words of `text`, an end behind the last one.
  static func tokens(_ text: String) throws(ExpressionError) -> [ExpressionToken] {
    var lexer = ExpressionLexer(bytes: Array(text.utf8))
    var tokens: [ExpressionToken] = []
    while let token = try lexer.next() { tokens.append(token) }
    let end = tokens.last?.range.upperBound ?? 0
    tokens.append(ExpressionToken(kind: .end, range: end..<end))
    return tokens
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private func byte(_ offset: Int = 0) -> UInt8 { index + offset < bytes.count ? bytes[index + offset] : 0 }

  private mutating func next() throws(ExpressionError) -> ExpressionToken? {
    while index < bytes.count, bytes[index].isYAMLSpace { index += 1 }
    guard index < bytes.count else { return nil }
    let start = index
    let kind: ExpressionToken.Kind
    switch byte() {
    case let first where first.isNameStart: kind = name()
    case let first where first.isDigit || (first == UInt8(ascii: ".") && byte(1).isDigit): kind = try number()
    case UInt8(ascii: "'"), UInt8(ascii: "\""): kind = try string()
    default: kind = try symbol()
    }
    return ExpressionToken(kind: kind, range: start..<index)
  }

  private mutating func name() -> ExpressionToken.Kind {
    let start = index
    while byte().isNameStart || byte().isDigit { index += 1 }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    return ExpressionKeyword(rawValue: text).map { .keyword($0) } ?? .name(text)
  }

  private mutating func number() throws(ExpressionError) -> ExpressionToken.Kind {
    let start = index
    while byte().isDigit { index += 1 }
    if byte() == UInt8(ascii: "."), byte(1).isDigit {
      index += 1
      while byte().isDigit { index += 1 }
    }
    if byte() | 0x20 == UInt8(ascii: "e") {
      let signed = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-")
      if byte(signed ? 2 : 1).isDigit {
        index += signed ? 2 : 1
        while byte().isDigit { index += 1 }
      }
    }
    // A letter right behind the digits is a slip, not a name of its own.
    var end = index
    while end < bytes.count, bytes[end].isNameStart || bytes[end].isDigit { end += 1 }
    let text = String(decoding: bytes[start..<end], as: UTF8.self)
    guard end == index, let value = Double(text) else {
      throw ExpressionError(.badNumber(text), at: start..<end)
    }
    guard value.isFinite else { throw ExpressionError(.numberTooLarge(text), at: start..<end) }
    return .number(value)
  }

  private mutating func string() throws(ExpressionError) -> ExpressionToken.Kind {
    let (start, quote) = (index, byte())
    var text: [UInt8] = []
    index += 1
    while index < bytes.count, bytes[index] != quote {
      if bytes[index] == UInt8(ascii: "\\") {
        let escaped = byte(1)
        guard escaped == UInt8(ascii: "\\") || escaped == UInt8(ascii: "'") || escaped == UInt8(ascii: "\"")
        else { throw ExpressionError(.unknownEscape, at: index..<min(index + 2, bytes.count)) }
        index += 1
      }
      text.append(bytes[index])
      index += 1
    }
    guard index < bytes.count else { throw ExpressionError(.unclosedString, at: start..<bytes.count) }
    index += 1
    return .string(String(decoding: text, as: UTF8.self))
  }

  private mutating func symbol() throws(ExpressionError) -> ExpressionToken.Kind {
    let pair = String(decoding: bytes[index..<min(index + 2, bytes.count)], as: UTF8.self)
    switch pair {
    case "&&", "||":
      index += 2
      return .keyword(pair == "&&" ? .and : .or)
    case "==", "!=", "<=", ">=", "**":
      index += 2
      return .symbol(pair)
    default: break
    }
    let start = index
    switch byte() {
    case UInt8(ascii: "!"):
      index += 1
      return .keyword(.not)
    case let one where "+-*/%<>=()[],.:".utf8.contains(one):
      index += 1
      return .symbol(String(UnicodeScalar(one)))
    default:
      var end = index + 1
      while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
      let character = String(decoding: bytes[start..<end], as: UTF8.self)
      throw ExpressionError(.unexpectedCharacter(character), at: start..<end)
    }
  }
}

extension UInt8 {
  /// A letter of ASCII or an underscore.
  fileprivate var isNameStart: Bool { (0x61...0x7A).contains(self | 0x20) || self == UInt8(ascii: "_") }
  fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }
}

extension Expression {
  /// Whether `word` can name a capture, a `let` or a parameter: ASCII letters, digits and `_`, no digit first, no keyword.
  package static func isName(_ word: String) -> Bool {
    guard let first = word.utf8.first, first.isNameStart else { return false }
    return word.utf8.allSatisfy { $0.isNameStart || $0.isDigit } && ExpressionKeyword(rawValue: word) == nil
  }
}
