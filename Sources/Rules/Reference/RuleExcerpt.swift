import Diagnostics

extension Rule {
  /// The lines under a key of the rule as its author wrote them, without the indentation they share; nil when the
  /// key is absent.
  ///
  /// `match: {bn: {type: BatchNorm}}` on one line gives what stands behind the colon.
  package func excerpt(_ key: String) -> [String]? {
    guard let entry = node.mapping?.first(where: { $0.key.scalar?.text == key }) else { return nil }
    let bytes = source.bytes
    let value = entry.value
    // An alias stands for a text elsewhere; what is under the key itself is the alias.
    guard value.offset >= entry.key.endOffset, value.endOffset >= value.offset, value.endOffset <= bytes.count
    else { return nil }
    let newline = UInt8(ascii: "\n")
    // A block begins on a line of its own, and its first line is indented like the others.
    var start = value.offset
    while start > entry.key.endOffset, bytes[start - 1] == UInt8(ascii: " ") { start -= 1 }
    if start == entry.key.endOffset || bytes[start - 1] != newline { start = value.offset }
    let text = String(decoding: bytes[start..<value.endOffset], as: UTF8.self)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.last == "\r" ? line.dropLast() : line
    }
    while let last = lines.last, last.allSatisfy({ $0 == " " }) { lines.removeLast() }
    let shared =
      lines.filter { !$0.allSatisfy { $0 == " " } }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
    return lines.map { String($0.dropFirst(shared)) }
  }
}
