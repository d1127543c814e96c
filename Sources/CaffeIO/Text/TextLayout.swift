/// How a text is laid out: its lines, its indentation, and what stands around a field.
///
/// A line ends at LF. A text without any LF but with CRs is one of lone CRs, unless it has comments: those
/// end at LF only, and a CR is then a blank like others.
struct TextLayout {
  let storage: TextStorage
  /// The byte that ends lines.
  let newline: UInt8
  /// What a new line ends with: LF, CR LF or CR, as the first line of the text does.
  let lineEnd: [UInt8]
  /// One step of indentation: that of the first indented field, else two blanks.
  let unit: [UInt8]
  /// The quotes of the first string, else `"`.
  let quote: UInt8
  private let start: Int

  private var bytes: [UInt8] { storage.bytes }

  init(_ storage: TextStorage) {
    self.storage = storage
    let bytes = storage.bytes
    start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let firstLF = bytes.firstIndex(of: 0x0A)
    let hasLoneCRs = firstLF == nil && bytes.contains(0x0D) && !bytes.contains(UInt8(ascii: "#"))
    newline = hasLoneCRs ? 0x0D : 0x0A
    if let firstLF, firstLF > 0, bytes[firstLF - 1] == 0x0D {
      lineEnd = [0x0D, 0x0A]
    } else {
      lineEnd = [newline]
    }
    let firstString = storage.nodes.first { bytes[Int($0.valueStart)].isQuote }
    quote = firstString.map { bytes[Int($0.valueStart)] } ?? UInt8(ascii: "\"")
    unit = Self.unit(storage, newline: newline) ?? [0x20, 0x20]
  }

  /// The indentation of the first field that is indented against the message it is the first field of.
  private static func unit(_ storage: TextStorage, newline: UInt8) -> [UInt8]? {
    let bytes = storage.bytes
    func indentation(at offset: Int) -> ArraySlice<UInt8> {
      let lineStart = bytes[..<offset].lastIndex(of: newline).map { $0 + 1 } ?? 0
      return bytes[lineStart..<offset].prefix { $0 == 0x20 || $0 == 0x09 }
    }
    for (outer, inner) in zip(storage.nodes, storage.nodes.dropFirst()).prefix(1000)
    where inner.nameStart > outer.valueStart && inner.valueEnd < outer.valueEnd {
      let outerIndent = indentation(at: Int(outer.nameStart))
      let innerIndent = indentation(at: Int(inner.nameStart))
      let isFirstOnLine = innerIndent.endIndex == Int(inner.nameStart)
      if isFirstOnLine, innerIndent.count > outerIndent.count, innerIndent.starts(with: outerIndent) {
        return Array(innerIndent.dropFirst(outerIndent.count))
      }
    }
    return nil
  }

  // MARK: Lines

  func isBlank(_ byte: UInt8) -> Bool { byte.isTextSpace && byte != newline }

  func isNewline(at offset: Int) -> Bool { offset < bytes.count && bytes[offset] == newline }

  /// The first offset from `offset` on that is no blank.
  func skipBlanks(from offset: Int) -> Int {
    var end = offset
    while end < bytes.count, isBlank(bytes[end]) { end += 1 }
    return end
  }

  /// The lowest offset that has only blanks between it and `offset`.
  func skipBlanks(backFrom offset: Int) -> Int {
    var start = offset
    while start > self.start, isBlank(bytes[start - 1]) { start -= 1 }
    return start
  }

  /// The start of the line of `offset`, if only blanks stand before it.
  func lineStart(ifFirst offset: Int) -> Int? {
    let before = skipBlanks(backFrom: offset)
    return before == start || bytes[before - 1] == newline ? before : nil
  }

  /// The start of the line that `offset` is on.
  func lineStart(of offset: Int) -> Int {
    bytes[start..<max(start, offset)].lastIndex(of: newline).map { $0 + 1 } ?? start
  }

  /// The blanks and tabs that the line of `offset` begins with.
  func indentation(at offset: Int) -> [UInt8] {
    let lineStart = lineStart(of: offset)
    return Array(bytes[lineStart..<max(lineStart, offset)].prefix { $0 == 0x20 || $0 == 0x09 })
  }

  /// Behind the end of the line of `offset`, if only blanks, and a comment where `orComment`, follow on it.
  func nextLine(after offset: Int, orComment: Bool = false) -> Int? {
    var end = skipBlanks(from: offset)
    if orComment, end < bytes.count, bytes[end] == UInt8(ascii: "#") {
      while end < bytes.count, bytes[end] != newline { end += 1 }
    }
    if end >= bytes.count { return bytes.count }
    return bytes[end] == newline ? end + 1 : nil
  }

  /// Where the line begins that ends just before `lineStart`, if it is blank.
  func blankLine(before lineStart: Int) -> Int? {
    guard lineStart > start, bytes[lineStart - 1] == newline else { return nil }
    return self.lineStart(ifFirst: lineStart - 1)
  }

  /// Where the line ends that begins at `lineStart`, if it is blank and ends at all.
  func blankLine(at lineStart: Int) -> Int? {
    let end = skipBlanks(from: lineStart)
    return isNewline(at: end) ? end + 1 : nil
  }

  func isTextStart(_ offset: Int) -> Bool { offset <= start }

  // MARK: Fields

  /// The `,` or `;` that belongs to a field, as its offset.
  func separator(of node: TextNode) -> Int? {
    let found = skipTrivia(from: Int(node.valueEnd))
    guard found < bytes.count else { return nil }
    return bytes[found] == UInt8(ascii: ",") || bytes[found] == UInt8(ascii: ";") ? found : nil
  }

  func skipTrivia(from offset: Int) -> Int {
    bytes.withUnsafeBufferPointer { bytes in
      var scanner = TextScanner(bytes: bytes, position: offset)
      scanner.skipTrivia()
      return scanner.position
    }
  }

  /// Whether a comment stands between a field and what is before it.
  func hasCommentBefore(_ index: UInt32) -> Bool {
    let node = storage.nodes[Int(index)]
    var gapStart = start
    if index > 0 {
      let previous = storage.nodes[Int(index) - 1]
      let isParent = previous.next > index
      gapStart = isParent ? Int(previous.valueStart) + 1 : Int(previous.valueEnd)
    }
    return bytes[gapStart..<Int(node.nameStart)].contains(UInt8(ascii: "#"))
  }

  /// The start of the lines of comments that stand right above a line, without a blank line between.
  func commentLines(above lineStart: Int, of index: UInt32) -> Int {
    guard hasCommentBefore(index) else { return lineStart }
    var result = lineStart
    while result > start {
      let previous = self.lineStart(of: result - 1)
      guard bytes[skipBlanks(from: previous)] == UInt8(ascii: "#") else { break }
      result = previous
    }
    return result
  }

  /// Whether a field spans lines and a blank line stands before it, as between layers of a spacious text.
  func isSpaced(_ index: UInt32) -> Bool {
    let node = storage.nodes[Int(index)]
    guard bytes[node.valueRange].contains(newline), let line = lineStart(ifFirst: Int(node.nameStart)) else {
      return false
    }
    return blankLine(before: commentLines(above: line, of: index)) != nil
  }
}
