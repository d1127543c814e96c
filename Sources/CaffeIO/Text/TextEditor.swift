/// A field that is to be written.
package struct NewTextField: Sendable {
  /// Its value.
  package indirect enum Value: Sendable {
    /// A string, not yet quoted.
    case string(String)
    /// A number or word.
    case literal(String)
    /// A message.
    case message([NewTextField])
    /// A scalar as it was written elsewhere, quotes included.
    case verbatim(String)
  }

  /// Its name.
  package var name: String
  /// Its value.
  package var value: Value

  /// Makes a field.
  package init(name: String, value: Value) {
    self.name = name
    self.value = value
  }
}

/// Collects edits of a text and applies them all at once; what no edit touches stays byte for byte.
///
/// Edits look like those of a careful person: indentation, line ends, quotes and one-line blocks are those of
/// the surroundings, a field that goes takes its line with it, comments outside of it stay.
package struct TextEditor: Sendable {
  private struct Edit {
    var range: Range<Int>
    var text: [UInt8]
  }

  private let document: TextDocument
  private var edits: [Edit] = []
  private let style: TextStyle

  /// Begins without edits.
  package init(_ document: TextDocument) {
    self.document = document
    style = TextStyle(document)
  }

  /// The text with all edits. Edits inside of a removed or replaced field are lost with it.
  package func edited() -> [UInt8] {
    guard !edits.isEmpty else { return document.bytes }
    // Insertions go before what is replaced at the same place; of two insertions the earlier comes first.
    let sorted = edits.enumerated().sorted { a, b in
      (a.element.range.lowerBound, a.element.range.isEmpty ? 0 : 1, -a.element.range.upperBound, a.offset)
        < (b.element.range.lowerBound, b.element.range.isEmpty ? 0 : 1, -b.element.range.upperBound, b.offset)
    }
    var result: [UInt8] = []
    result.reserveCapacity(document.bytes.count + edits.reduce(0) { $0 + $1.text.count })
    var position = 0
    for (_, edit) in sorted {
      if edit.range.lowerBound < position {
        // Removals of neighbours may share a blank line; anything else here is inside of what is gone.
        if edit.range.upperBound > position, edit.text.isEmpty { position = edit.range.upperBound }
        continue
      }
      result += document.bytes[position..<edit.range.lowerBound]
      result += edit.text
      position = edit.range.upperBound
    }
    return result + document.bytes[position...]
  }

  // MARK: Edits

  /// Gives a field a string value, in the quotes it has now.
  package mutating func set(_ field: TextField, toString string: String) {
    let first = document.bytes[field.valueOffset]
    let quote = first == UInt8(ascii: "'") ? first : UInt8(ascii: "\"")
    edits.append(Edit(range: field.valueRange, text: TextStrings.encode(string, quote: quote)))
  }

  /// Gives a field a number or word.
  package mutating func set(_ field: TextField, toLiteral literal: String) {
    edits.append(Edit(range: field.valueRange, text: Array(literal.utf8)))
  }

  /// Takes a field away, with its lines where nothing else stands on them.
  package mutating func remove(_ field: TextField) {
    if let list = field.list { return removeElement(field, of: document.nodes[list]) }
    let bytes = document.bytes
    var start = field.nameOffset
    var end = endWithSeparator(field)
    let lineStart = style.lineStart(before: start)
    let hasLineStart = bytes[lineStart..<start].allSatisfy { $0 == 32 || $0 == 9 }
    let lineEnd = style.skipBlanks(from: end)
    let atLineEnd = lineEnd >= bytes.count || bytes[lineEnd] == 10 || bytes[lineEnd] == 13
    if hasLineStart, atLineEnd {
      start = lineStart
      end = style.afterLineEnd(lineEnd)
      // Between two blank lines, or a blank line and an end, one of them goes too.
      let blankBefore = start == 0 || style.isBlankLine(endingAt: start)
      if blankBefore, let next = style.blankLine(startingAt: end) { end = next }
    } else if hasLineStart {
      // Something follows on the line: keep the indentation for it.
      end = lineEnd
    } else {
      // Something stands before it: take the blanks between.
      while start > lineStart, bytes[start - 1] == 32 || bytes[start - 1] == 9 { start -= 1 }
    }
    edits.append(Edit(range: start..<end, text: []))
  }

  /// Puts new fields in the place of one.
  package mutating func replace(_ field: TextField, with fields: [NewTextField]) {
    let indent = style.indentation(at: field.nameOffset)
    let isOneLine = !document.bytes[field.nameOffset..<field.valueRange.upperBound].contains(10)
    let text =
      isOneLine
      ? Array(fields.map { style.oneLine($0) }.joined(separator: " ").utf8)
      : style.lines(fields, indent: indent, startsIndented: true)
    edits.append(Edit(range: field.nameOffset..<field.valueRange.upperBound, text: text))
  }

  /// Adds fields at the end of a message's body.
  package mutating func append(_ fields: [NewTextField], to message: TextMessage) {
    let bytes = document.bytes
    guard let bracketed = message.bracketed else {
      let needsLineEnd = !bytes.isEmpty && bytes.last != 10
      let text = (needsLineEnd ? style.lineEnd : []) + style.lines(fields, indent: []) + style.lineEnd
      return edits.append(Edit(range: bytes.count..<bytes.count, text: text))
    }
    let closer = bracketed.upperBound - 1
    guard bytes[bracketed].contains(10) else {
      // One line stays one line.
      var at = closer
      while at > bracketed.lowerBound + 1, bytes[at - 1] == 32 || bytes[at - 1] == 9 { at -= 1 }
      let text = " " + fields.map { style.oneLine($0) }.joined(separator: " ")
      let hasSpace = at < closer
      return edits.append(Edit(range: at..<at, text: Array((text + (hasSpace ? "" : " ")).utf8)))
    }
    let lastStart = Array(message.fields).last?.nameOffset
    let outer = style.indentation(at: bracketed.lowerBound)
    let indent =
      lastStart.flatMap { style.isFirstOnLine($0) ? style.indentation(at: $0) : nil } ?? outer + style.unit
    // Before the line of the closing bracket, or before the bracket itself where something shares its line.
    let lineStart = style.lineStart(before: closer)
    if bytes[lineStart..<closer].allSatisfy({ $0 == 32 || $0 == 9 }) {
      let text = style.lines(fields, indent: indent) + style.lineEnd
      edits.append(Edit(range: lineStart..<lineStart, text: text))
    } else {
      let text = style.lineEnd + style.lines(fields, indent: indent) + style.lineEnd + outer
      edits.append(Edit(range: closer..<closer, text: text))
    }
  }

  /// Adds fields behind one, on lines of their own.
  package mutating func insert(_ fields: [NewTextField], after field: TextField) {
    let indent = style.indentation(at: field.nameOffset)
    let end = endWithSeparator(field)
    edits.append(Edit(range: end..<end, text: style.lineEnd + style.lines(fields, indent: indent)))
  }

  // MARK: Parts

  private func endWithSeparator(_ field: TextField) -> Int {
    let end = style.skipBlanks(from: field.valueRange.upperBound)
    guard end < document.bytes.count else { return field.valueRange.upperBound }
    let isSeparator = document.bytes[end] == UInt8(ascii: ",") || document.bytes[end] == UInt8(ascii: ";")
    return isSeparator ? end + 1 : field.valueRange.upperBound
  }

  /// Takes `x` with the comma behind it, or before it where it is the last.
  private mutating func removeElement(_ field: TextField, of list: TextNode) {
    let bytes = document.bytes
    var start = field.valueRange.lowerBound
    var end = field.valueRange.upperBound
    var next = end
    while next < Int(list.valueEnd), bytes[next] <= 32 { next += 1 }
    if bytes[next] == UInt8(ascii: ",") {
      end = next + 1
      while end < bytes.count, bytes[end] == 32 { end += 1 }
    } else {
      var previous = start
      while previous > Int(list.valueStart) + 1, bytes[previous - 1] <= 32 { previous -= 1 }
      if bytes[previous - 1] == UInt8(ascii: ",") { start = previous - 1 }
    }
    edits.append(Edit(range: start..<end, text: []))
  }
}
