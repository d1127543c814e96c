/// How a text is laid out: what new lines of it should look like.
struct TextStyle {
  private let bytes: [UInt8]
  /// LF or CR LF, whichever the text uses first.
  let lineEnd: [UInt8]
  /// One step of indentation, as the text's first nested field has it.
  let unit: [UInt8]

  init(_ document: TextDocument) {
    bytes = document.bytes
    if let newline = bytes.firstIndex(of: 10), newline > 0, bytes[newline - 1] == 13 {
      lineEnd = [13, 10]
    } else {
      lineEnd = [10]
    }
    var unit: [UInt8] = [32, 32]
    for (index, node) in document.nodes.enumerated().prefix(64)
    where node.kind == .message && Int(node.next) > index + 1 {
      let outer = Self.indentation(in: bytes, at: Int(node.nameStart))
      let start = Int(document.nodes[index + 1].nameStart)
      let inner = Self.indentation(in: bytes, at: start)
      let lineStart = Self.lineStart(in: bytes, before: start)
      if inner.count > outer.count, lineStart + inner.count == start, inner.starts(with: outer) {
        unit = Array(inner[outer.count...])
        break
      }
    }
    self.unit = unit
  }

  // MARK: Writing

  /// Fields on lines of their own, without a line end behind the last.
  func lines(_ fields: [NewTextField], indent: [UInt8], startsIndented: Bool = false) -> [UInt8] {
    var result: [UInt8] = []
    for (index, field) in fields.enumerated() {
      if index > 0 { result += lineEnd }
      if index > 0 || !startsIndented { result += indent }
      if case .message(let inner) = field.value {
        result += Array("\(field.name) {".utf8)
        if inner.isEmpty {
          result += [UInt8(ascii: "}")]
        } else {
          result += lineEnd + lines(inner, indent: indent + unit) + lineEnd + indent + [UInt8(ascii: "}")]
        }
      } else {
        result += Array(oneLine(field).utf8)
      }
    }
    return result
  }

  /// A field on one line.
  func oneLine(_ field: NewTextField) -> String {
    switch field.value {
    case .string(let string):
      return "\(field.name): \(String(decoding: TextStrings.encode(string), as: UTF8.self))"
    case .literal(let literal), .verbatim(let literal): return "\(field.name): \(literal)"
    case .message(let inner):
      guard !inner.isEmpty else { return "\(field.name) {}" }
      return "\(field.name) { \(inner.map(oneLine).joined(separator: " ")) }"
    }
  }

  // MARK: Lines

  static func lineStart(in bytes: [UInt8], before offset: Int) -> Int {
    var start = offset
    while start > 0, bytes[start - 1] != 10, bytes[start - 1] != 13 { start -= 1 }
    // A byte-order mark is not part of the first line.
    if start == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { start = min(3, offset) }
    return start
  }

  static func indentation(in bytes: [UInt8], at offset: Int) -> [UInt8] {
    let start = lineStart(in: bytes, before: offset)
    return Array(bytes[start..<offset].prefix { $0 == 32 || $0 == 9 })
  }

  func lineStart(before offset: Int) -> Int { Self.lineStart(in: bytes, before: offset) }

  /// The blanks that the line of `offset` begins with.
  func indentation(at offset: Int) -> [UInt8] { Self.indentation(in: bytes, at: offset) }

  /// Whether only blanks stand before `offset` on its line.
  func isFirstOnLine(_ offset: Int) -> Bool {
    bytes[lineStart(before: offset)..<offset].allSatisfy { $0 == 32 || $0 == 9 }
  }

  func skipBlanks(from offset: Int) -> Int {
    var end = offset
    while end < bytes.count, bytes[end] == 32 || bytes[end] == 9 { end += 1 }
    return end
  }

  /// Behind the line end at `offset`.
  func afterLineEnd(_ offset: Int) -> Int {
    guard offset < bytes.count else { return offset }
    return bytes[offset] == 13 && offset + 1 < bytes.count && bytes[offset + 1] == 10
      ? offset + 2 : offset + 1
  }

  /// The end of the line that begins at `offset`, if it is blank.
  func blankLine(startingAt offset: Int) -> Int? {
    let end = skipBlanks(from: offset)
    guard end < bytes.count, bytes[end] == 10 || bytes[end] == 13 else { return nil }
    return afterLineEnd(end)
  }

  /// Whether the line that ends just before `offset` is blank.
  func isBlankLine(endingAt offset: Int) -> Bool {
    var end = offset
    if end > 0, bytes[end - 1] == 10 { end -= 1 }
    if end > 0, bytes[end - 1] == 13 { end -= 1 }
    guard end < offset else { return false }
    return bytes[lineStart(before: end)..<end].allSatisfy { $0 == 32 || $0 == 9 }
  }
}
