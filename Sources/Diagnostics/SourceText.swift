/// A text the user wrote, kept to point into it: the path as given and the bytes.
public struct SourceText: Sendable {
  /// The path as the user wrote it; what messages begin with.
  public let path: String
  /// The bytes as read, byte-order mark and line ends included.
  public let bytes: [UInt8]

  /// Wraps `bytes` read from `path`.
  public init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  /// The place of a byte offset (0-based; past the end counts as the end).
  ///
  /// Lines end at LF, CR LF or a lone CR. Columns count Unicode scalars from 1; a byte-order mark
  /// counts as nothing. The cost is linear in the text, so ask only when there is something to say.
  public func place(at offset: Int) -> SourcePlace {
    let end = min(max(offset, 0), bytes.count)
    var line = 1
    var lineStart = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var index = lineStart
    while index < end {
      let byte = bytes[index]
      index += 1
      if byte == 0x0A || (byte == 0x0D && !(index < bytes.count && bytes[index] == 0x0A)) {
        line += 1
        lineStart = index
      }
    }
    let lineEnd = bytes[lineStart...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
    // Continuation bytes (10xxxxxx) do not begin a scalar.
    let prefix = lineStart < end ? bytes[lineStart..<end] : []
    let column = 1 + prefix.count { $0 & 0xC0 != 0x80 }
    let shown = bytes[lineStart..<max(lineStart, lineEnd)]
    return SourcePlace(
      path: path, line: line, column: column, lineText: String(decoding: shown, as: UTF8.self))
  }
}
