import Diagnostics

/// One pass over a protobuf text.
///
///     message = { field [ "," | ";" ] }
///     field   = name ( ":" ( value | list | body ) | body | list )
///     name    = identifier | "[" … "]"
///     value   = string { string } | [ "-" ] ( number | identifier )
///     body    = "{" message "}" | "<" message ">"
///     list    = "[" [ element { "," element } ] "]"
///
/// White space and `#` comments may stand between any two tokens. Nesting is kept on a stack of its own, so
/// that no text can exhaust the machine's.
struct TextParser {
  private let source: SourceText
  private let bytes: UnsafeBufferPointer<UInt8>
  private let limits: TextDocument.Limits
  private var position = 0
  private var nodes: [TextNode] = []
  private var open: [Open] = []

  /// A bracket that is still open.
  private struct Open {
    var node: Int
    var closer: UInt8
    var isList: Bool
  }

  static func parse(_ source: SourceText, limits: TextDocument.Limits) throws(TextFormatError) -> [TextNode] {
    guard source.bytes.count <= limits.byteCount else {
      throw TextFormatError(
        reason: .tooLarge(byteCount: source.bytes.count, limit: limits.byteCount), place: source.place(at: 0))
    }
    if let kind = OtherFileKind.recognise(source.bytes.prefix(512)) {
      throw TextFormatError(reason: .notText(kind), place: source.place(at: 0))
    }
    let result: Result<[TextNode], TextFormatError> = source.bytes.withUnsafeBufferPointer { bytes in
      var parser = TextParser(source: source, bytes: bytes, limits: limits)
      do throws(TextFormatError) {
        try parser.run()
        return .success(parser.nodes)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private init(source: SourceText, bytes: UnsafeBufferPointer<UInt8>, limits: TextDocument.Limits) {
    self.source = source
    self.bytes = bytes
    self.limits = limits
    // A field is seldom shorter than this; growing by doubling would hold twice the array for a moment.
    nodes.reserveCapacity(bytes.count / 16)
  }

  private mutating func run() throws(TextFormatError) {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    while true {
      skipTrivia()
      guard position < bytes.count else { break }
      if let innermost = open.last {
        if bytes[position] == innermost.closer {
          close()
          continue
        }
        if innermost.isList {
          try parseElement(of: innermost)
          continue
        }
      }
      try parseField()
    }
    if let innermost = open.last {
      let node = nodes[innermost.node]
      let name = String(decoding: bytes[Int(node.nameStart)..<Int(node.nameEnd)], as: UTF8.self)
      let line = source.place(at: Int(node.valueStart)).line
      throw error(
        .unclosed(String(UnicodeScalar(innermost.closer)), field: name, openedAt: line), at: bytes.count)
    }
  }

  // MARK: Fields

  private mutating func parseField() throws(TextFormatError) {
    let start = position
    let byte = bytes[position]
    if byte.isLetter {
      skipWord()
    } else if byte == UInt8(ascii: "[") {
      // An extension or Any: the name is kept as written.
      while position < bytes.count, bytes[position] != UInt8(ascii: "]"), bytes[position] != 10 {
        position += 1
      }
      guard position < bytes.count, bytes[position] == UInt8(ascii: "]") else {
        throw error(.expectedField(found: found(at: start)), at: start)
      }
      position += 1
    } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "]") {
      throw error(.unexpectedBracket(String(UnicodeScalar(byte))), at: start)
    } else {
      throw error(.expectedField(found: found(at: start)), at: start)
    }
    let name = start..<position
    skipTrivia()
    var hasColon = false
    if position < bytes.count, bytes[position] == UInt8(ascii: ":") {
      hasColon = true
      position += 1
      skipTrivia()
    }
    guard position < bytes.count else {
      throw error(
        hasColon
          ? .expectedValue(field: text(name), found: "the end of the file")
          : .expectedColon(field: text(name), found: "the end of the file"), at: position)
    }
    switch bytes[position] {
    case UInt8(ascii: "{"), UInt8(ascii: "<"), UInt8(ascii: "["):
      try openBracket(name: name)
    default:
      guard hasColon else {
        throw error(.expectedColon(field: text(name), found: found(at: position)), at: position)
      }
      try parseScalar(name: name)
      skipSeparator()
    }
  }

  private mutating func parseElement(of list: Open) throws(TextFormatError) {
    let name = Int(nodes[list.node].nameStart)..<Int(nodes[list.node].nameEnd)
    let isFirst = nodes.count == list.node + 1
    if !isFirst {
      guard bytes[position] == UInt8(ascii: ",") else {
        throw error(.expectedComma(found: found(at: position)), at: position)
      }
      position += 1
      skipTrivia()
      guard position < bytes.count else {
        throw error(.expectedValue(field: text(name), found: "the end of the file"), at: position)
      }
    }
    switch bytes[position] {
    case UInt8(ascii: "{"), UInt8(ascii: "<"): try openBracket(name: name)
    default: try parseScalar(name: name)
    }
  }

  private mutating func openBracket(name: Range<Int>) throws(TextFormatError) {
    guard open.count < limits.depth else { throw error(.tooDeep(limit: limits.depth), at: position) }
    let byte = bytes[position]
    let isList = byte == UInt8(ascii: "[")
    append(name, value: position..<position, isList ? .list : .message)
    let closer: [UInt8: UInt8] = [
      UInt8(ascii: "{"): UInt8(ascii: "}"), UInt8(ascii: "<"): UInt8(ascii: ">"),
      UInt8(ascii: "["): UInt8(ascii: "]"),
    ]
    open.append(Open(node: nodes.count - 1, closer: closer[byte]!, isList: isList))
    position += 1
  }

  private mutating func close() {
    let closed = open.removeLast()
    position += 1
    nodes[closed.node].valueEnd = UInt32(position)
    nodes[closed.node].next = UInt32(nodes.count)
    if open.last?.isList != true { skipSeparator() }
  }

  private mutating func append(_ name: Range<Int>, value: Range<Int>, _ kind: TextNode.Kind) {
    nodes.append(
      TextNode(
        nameStart: UInt32(name.lowerBound), nameEnd: UInt32(name.upperBound),
        valueStart: UInt32(value.lowerBound), valueEnd: UInt32(value.upperBound),
        next: UInt32(nodes.count + 1), kind: kind))
  }

  private mutating func skipSeparator() {
    skipTrivia()
    if position < bytes.count, bytes[position] == UInt8(ascii: ",") || bytes[position] == UInt8(ascii: ";") {
      position += 1
    }
  }

  // MARK: Scalars

  private mutating func parseScalar(name: Range<Int>) throws(TextFormatError) {
    let start = position
    let byte = bytes[position]
    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
      try skipString()
      var end = position
      // Literals in a row are one string.
      while true {
        skipTrivia()
        guard position < bytes.count,
          bytes[position] == UInt8(ascii: "\"") || bytes[position] == UInt8(ascii: "'")
        else { break }
        try skipString()
        end = position
      }
      position = end
      return append(name, value: start..<end, .string)
    }
    if byte == UInt8(ascii: "-") {
      position += 1
      skipTrivia()
    }
    guard position < bytes.count else {
      throw error(.expectedValue(field: text(name), found: "the end of the file"), at: position)
    }
    let first = bytes[position]
    if first.isLetter {
      skipWord()
    } else if first.isDigit || first == UInt8(ascii: ".") {
      let number = position
      skipNumber()
      guard TextNumbers.number(text(number..<position)) != nil else {
        throw error(.badNumber(text(number..<position)), at: number)
      }
    } else {
      throw error(.expectedValue(field: text(name), found: found(at: position)), at: position)
    }
    append(name, value: start..<position, .scalar)
  }

  private mutating func skipString() throws(TextFormatError) {
    let start = position
    let quote = bytes[position]
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      if byte == quote {
        position += 1
        return
      }
      if byte == 10 { break }
      if byte == UInt8(ascii: "\\") {
        position += 1
        guard position < bytes.count else { break }
        try checkEscape()
      }
      position += 1
    }
    throw error(.unterminatedString(quote: String(UnicodeScalar(quote))), at: start)
  }

  private func checkEscape() throws(TextFormatError) {
    let letter = bytes[position]
    switch letter {
    case UInt8(ascii: "0")...UInt8(ascii: "7"): return
    case UInt8(ascii: "x"), UInt8(ascii: "X"), UInt8(ascii: "u"), UInt8(ascii: "U"):
      if position + 1 < bytes.count, bytes[position + 1].digitValue != nil { return }
    default:
      if "abfnrtv\\?'\"".utf8.contains(letter) { return }
    }
    throw error(.badEscape(text(position - 1..<min(position + 1, bytes.count))), at: position - 1)
  }

  private mutating func skipWord() {
    while position < bytes.count, bytes[position].isLetter || bytes[position].isDigit { position += 1 }
    // Any's names have dots and slashes; an enumeration of a fork may have a hyphen.
    while position < bytes.count,
      bytes[position] == UInt8(ascii: ".") || bytes[position] == UInt8(ascii: "-"),
      position + 1 < bytes.count, bytes[position + 1].isLetter || bytes[position + 1].isDigit
    {
      position += 1
      while position < bytes.count, bytes[position].isLetter || bytes[position].isDigit { position += 1 }
    }
  }

  private mutating func skipNumber() {
    var last: UInt8 = 0
    while position < bytes.count {
      let byte = bytes[position]
      let isExponentSign = (byte == 43 || byte == 45) && (last | 0x20) == UInt8(ascii: "e")
      guard byte.isDigit || byte.isLetter || byte == UInt8(ascii: ".") || isExponentSign else { return }
      last = byte
      position += 1
    }
  }

  // MARK: Trivia and errors

  private mutating func skipTrivia() {
    while position < bytes.count {
      switch bytes[position] {
      case 32, 9, 10, 13, 11, 12: position += 1
      case UInt8(ascii: "#"):
        while position < bytes.count, bytes[position] != 10 { position += 1 }
      default: return
      }
    }
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// What stands at a place, for a message.
  private func found(at position: Int) -> String {
    guard position < bytes.count else { return "the end of the file" }
    let byte = bytes[position]
    if byte < 0x20 || byte == 0x7F { return "a control character (byte \(byte))" }
    var end = position + 1
    if byte >= 0x80 {
      while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    } else if byte.isLetter || byte.isDigit {
      while end < bytes.count, end - position < 40, bytes[end].isLetter || bytes[end].isDigit { end += 1 }
    }
    return "'\(text(position..<end))'"
  }

  private func error(_ reason: TextFormatError.Reason, at offset: Int) -> TextFormatError {
    TextFormatError(reason: reason, place: source.place(at: offset))
  }
}

/// Files that are given by mistake again and again.
package enum OtherFileKind {
  /// What the beginning of a file says it is, if it is one of these.
  package static func recognise(_ start: ArraySlice<UInt8>) -> String? {
    func begins(_ text: String) -> Bool { start.starts(with: text.utf8) }
    if begins("version https://git-lfs") {
      return "a Git LFS pointer; fetch the file itself with 'git lfs pull'"
    }
    if start.starts(with: [0x1F, 0x8B]) { return "a gzip archive; unpack it first" }
    if start.starts(with: [0x50, 0x4B, 3, 4]) { return "a zip archive; unpack it first" }
    let text = String(decoding: start.drop { $0 <= 32 }.prefix(16), as: UTF8.self).lowercased()
    if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") {
      return "a web page; download the file itself"
    }
    // Field 1 (name) or 100 (layer) of a binary NetParameter, with a length behind it.
    if start.first == 0x0A || start.starts(with: [0xA2, 0x06]),
      start.contains(where: { $0 == 0 || $0 >= 0xF8 })
    {
      return "a binary file; is this the .caffemodel?"
    }
    return nil
  }
}
