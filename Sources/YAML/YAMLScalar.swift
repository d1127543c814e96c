/// A scalar of a YAML document: its text as YAML reads it, and how it was written.
package struct YAMLScalar: Sendable {
  /// How a scalar is written.
  package enum Style: Sendable {
    /// Without quotes.
    case plain
    /// `'…'`
    case singleQuoted
    /// `"…"`
    case doubleQuoted
    /// `|`, line ends kept.
    case literal
    /// `>`, lines folded into one.
    case folded
  }

  /// The text, escapes and folding resolved.
  package var text: String
  /// How it is written.
  package var style: Style
  /// What the text means under the core schema of YAML 1.2.
  var value: YAMLCoreValue
  /// The bytes of the scalar in the file: quotes and block headers included, anchor and tag not.
  var range: Range<Int>
  /// The file.
  var origin: YAMLOrigin

  /// Whether it is `<<` without quotes, by which YAML 1.1 merges mappings.
  package var isMergeKey: Bool { style == .plain && text == "<<" }

  /// Whether it has no quotes and ends at a comma: in a list or mapping in brackets the comma ends it, whatever was meant.
  package var isCutAtComma: Bool {
    style == .plain
      && origin.source.bytes[range.upperBound...].first { !$0.isYAMLSpace } == UInt8(ascii: ",")
  }

  /// The byte offset in the file of the byte `utf8Index` of `text`; `text.utf8.count` asks for the end.
  ///
  /// Exact for every byte that is no white space, since folding and block indentation change white space only,
  /// and for white space that stands between others on one line. Nil where it cannot be told: behind an escape other than
  /// `\"`, `\\`, `\/` in double quotes, and between the lines of folded text.
  package func sourceOffset(ofCharacterAt utf8Index: Int) -> Int? {
    let bytes = Array(text.utf8)
    guard utf8Index >= 0, utf8Index <= bytes.count else { return nil }
    var aligner = Aligner(scalar: self, text: bytes)
    if utf8Index < bytes.count, !bytes[utf8Index].isYAMLSpace { return aligner.offset(of: utf8Index) }
    // White space: count from the neighbour on the same line.
    var before = utf8Index
    while before > 0, bytes[before - 1].isYAMLSpace, !bytes[before - 1].isYAMLBreak { before -= 1 }
    if before == 0, style != .literal, style != .folded { return contentStart + utf8Index }
    if before > 0, !bytes[before - 1].isYAMLSpace {
      return aligner.offset(of: before - 1).map { $0 + 1 + utf8Index - before }
    }
    var after = utf8Index
    while after < bytes.count, bytes[after].isYAMLSpace, !bytes[after].isYAMLBreak { after += 1 }
    if after < bytes.count, !bytes[after].isYAMLSpace {
      return aligner.offset(of: after).map { $0 - (after - utf8Index) }
    }
    // The end of a block whose last line ends with a line feed: behind its last visible byte.
    guard utf8Index == bytes.count, let last = bytes.lastIndex(where: { !$0.isYAMLSpace }) else { return nil }
    return aligner.offset(of: last).map { $0 + 1 }
  }

  /// Where the text begins: behind the quote, or behind the header line of a block.
  private var contentStart: Int {
    switch style {
    case .plain: return range.lowerBound
    case .singleQuoted, .doubleQuoted: return range.lowerBound + 1
    case .literal, .folded:
      let bytes = origin.source.bytes
      return bytes[range.lowerBound...].firstIndex { $0.isYAMLBreak } ?? bytes.count
    }
  }

  /// Pairs the visible bytes of the text with those of the file, in order.
  private struct Aligner {
    let text: [UInt8]
    let source: [UInt8]
    let style: Style
    var index = 0
    var offset: Int

    init(scalar: YAMLScalar, text: [UInt8]) {
      self.text = text
      source = scalar.origin.source.bytes
      style = scalar.style
      offset = scalar.contentStart
    }

    /// The place of the visible byte `target`, which is not before the last one asked for.
    mutating func offset(of target: Int) -> Int? {
      while true {
        while index < target, text[index].isYAMLSpace { index += 1 }
        while offset < source.count, source[offset].isYAMLSpace { offset += 1 }
        guard index < text.count, offset < source.count else { return nil }
        let start = offset
        if style == .doubleQuoted, source[offset] == UInt8(ascii: "\\") {
          guard offset + 1 < source.count else { return nil }
          if source[offset + 1].isYAMLBreak {  // an escaped line end stands for nothing
            offset += 1
            continue
          }
          offset += 1
        } else if style == .singleQuoted, source[offset] == UInt8(ascii: "'") {
          offset += 1
        }
        guard offset < source.count, source[offset] == text[index] else { return nil }
        if style == .doubleQuoted, offset > start, !Array(#""\/"#.utf8).contains(source[offset]) {
          return nil
        }
        if index == target { return start }
        index += 1
        offset += 1
      }
    }
  }
}
