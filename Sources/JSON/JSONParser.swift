import Diagnostics

/// Reads JSON (RFC 8259) strictly: no comments, no trailing commas, no key twice in an object.
///
/// Limits: 1 GiB of text, 32 levels. Memory is bounded by the text: each of its bytes makes at most one value.
package struct JSONParser {
  /// The longest text, in bytes.
  package static let byteLimit = 1 << 30
  /// How deep lists and objects may be nested.
  package static let depthLimit = 32

  private let source: SourceText
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  /// The one value of a text.
  ///
  /// - Throws: `JSONError` with the place.
  package static func parse(_ source: SourceText) throws(JSONError) -> JSONNode {
    guard source.bytes.count <= byteLimit else {
      throw JSONError(.tooLong(limit: byteLimit), at: source.place(at: byteLimit))
    }
    var parser = JSONParser(source: source)
    // Editors of some systems put a byte-order mark before the text.
    if source.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
    let node = try parser.value()
    parser.skipSpace()
    guard parser.position == parser.bytes.count else { throw parser.error(.trailing(found: parser.found)) }
    return node
  }

  private init(source: SourceText) {
    self.source = source
    bytes = source.bytes
  }

  private mutating func value() throws(JSONError) -> JSONNode {
    skipSpace()
    let start = position
    guard let byte = peek else { throw error(.expected("a value", found: found)) }
    let content: JSONNode.Content
    switch byte {
    case UInt8(ascii: "{"): content = try object()
    case UInt8(ascii: "["): content = try array()
    case UInt8(ascii: "\""): content = .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): content = try number()
    default:
      if take("true") {
        content = .boolean(true)
      } else if take("false") {
        content = .boolean(false)
      } else if take("null") {
        content = .null
      } else {
        throw error(.expected("a value", found: found))
      }
    }
    return JSONNode(content: content, offset: start, source: source)
  }

  private mutating func enter() throws(JSONError) {
    guard depth < Self.depthLimit else { throw error(.tooDeep(limit: Self.depthLimit)) }
    depth += 1
    position += 1
  }

  private mutating func array() throws(JSONError) -> JSONNode.Content {
    try enter()
    var items: [JSONNode] = []
    skipSpace()
    if peek != UInt8(ascii: "]") {
      repeat { items.append(try value()) } while try comma(or: "]")
    }
    position += 1
    depth -= 1
    return .array(items)
  }

  private mutating func object() throws(JSONError) -> JSONNode.Content {
    try enter()
    var members: [JSONMember] = []
    var offsets: [String: Int] = [:]
    skipSpace()
    if peek != UInt8(ascii: "}") {
      repeat {
        skipSpace()
        let start = position
        guard peek == UInt8(ascii: "\"") else { throw error(.expected("a key in quotes", found: found)) }
        let key = try string()
        if let first = offsets.updateValue(start, forKey: key) {
          throw error(.repeatedKey(key, firstLine: source.place(at: first).line), at: start)
        }
        skipSpace()
        guard peek == UInt8(ascii: ":") else { throw error(.expected("':'", found: found)) }
        position += 1
        members.append(JSONMember(key: key, keyOffset: start, value: try value()))
      } while try comma(or: "}")
    }
    position += 1
    depth -= 1
    return .object(members)
  }

  /// True behind a comma, false before the closing bracket.
  private mutating func comma(or closing: Unicode.Scalar) throws(JSONError) -> Bool {
    skipSpace()
    if peek == UInt8(ascii: ",") {
      position += 1
      return true
    }
    guard peek == UInt8(ascii: closing) else { throw error(.expected("',' or '\(closing)'", found: found)) }
    return false
  }

  private mutating func number() throws(JSONError) -> JSONNode.Content {
    let start = position
    while let byte = peek, byte.isNumberByte { position += 1 }
    let text = String(decoding: bytes[start..<position].prefix(64), as: UTF8.self)
    guard position - start <= 64, Self.isNumber(bytes[start..<position]) else {
      throw error(.badNumber(text), at: start)
    }
    if let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else { throw error(.badNumber(text), at: start) }
    return .number(number)
  }

  /// `-? (0 | [1-9][0-9]*) (\. [0-9]+)? ([eE] [+-]? [0-9]+)?`
  private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    func digits() -> Int {
      let count = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
      rest = rest.dropFirst(count)
      return count
    }
    let hasLeadingZero = rest.first == UInt8(ascii: "0")
    let whole = digits()
    guard whole > 0, !hasLeadingZero || whole == 1 else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      guard digits() > 0 else { return false }
    }
    if let first = rest.first, first | 0x20 == UInt8(ascii: "e") {
      rest = rest.dropFirst()
      if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
        rest = rest.dropFirst()
      }
      guard digits() > 0 else { return false }
    }
    return rest.isEmpty
  }

  private mutating func string() throws(JSONError) -> String {
    let start = position
    position += 1
    var text: [UInt8] = []
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let string = String(validating: text, as: UTF8.self) else { throw error(.notUTF8, at: start) }
        return string
      case UInt8(ascii: "\\"): text += try escape()
      case 0x0A, 0x0D: throw error(.unclosedString, at: start)
      case ..<0x20: throw error(.controlInString)
      default:
        text.append(byte)
        position += 1
      }
    }
    throw error(.unclosedString, at: start)
  }

  private mutating func escape() throws(JSONError) -> [UInt8] {
    let start = position
    position += 1
    let byte = peek ?? 0
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      guard var code = hexadecimal() else { throw badEscape(from: start) }
      if (0xD800..<0xDC00).contains(code) {
        // A character beyond 16 bits is written as two escapes.
        guard take("\\u"), let low = hexadecimal(), (0xDC00..<0xE000).contains(low) else {
          throw badEscape(from: start)
        }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw badEscape(from: start) }
      return Array(String(Character(scalar)).utf8)
    default: throw badEscape(from: start)
    }
  }

  private mutating func hexadecimal() -> UInt32? {
    guard position + 4 <= bytes.count else { return nil }
    var code: UInt32 = 0
    for byte in bytes[position..<position + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
      code = code << 4 | UInt32(digit)
    }
    position += 4
    return code
  }

  private func badEscape(from start: Int) -> JSONError {
    let text = bytes[start..<min(start + 6, bytes.count)].prefix { $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 }
    return error(.badEscape(String(decoding: text, as: UTF8.self)), at: start)
  }

  // MARK: Bytes

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard position + length <= bytes.count,
      (0..<length).allSatisfy({ bytes[position + $0] == word.utf8Start[$0] })
    else { return false }
    position += length
    return true
  }

  /// What stands here, for messages.
  private var found: String {
    guard let byte = peek else { return "the end of the text" }
    let isWord = { (byte: UInt8) in byte.isNumberByte || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }
    if isWord(byte) {
      return "'\(String(decoding: bytes[position...].prefix(while: isWord).prefix(40), as: UTF8.self))'"
    }
    return byte > 0x20 && byte < 0x7F ? "'\(Character(Unicode.Scalar(byte)))'" : "the byte \(byte)"
  }

  private func error(_ reason: JSONError.Reason, at offset: Int? = nil) -> JSONError {
    JSONError(reason, at: source.place(at: offset ?? position))
  }
}

extension UInt8 {
  /// Digits and what else numbers are written with.
  fileprivate var isNumberByte: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
      UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }
}
