import Diagnostics
import RuleModel

extension Rule {
  /// A key of the rule with its value as the author wrote them, by lines, without the indentation they share; nil when
  /// the key is absent.
  package func excerpt(_ key: String) -> [String]? {
    guard let entry = node.mapping?.first(where: { $0.key.scalar?.text == key }) else { return nil }
    if entry.value.offset >= entry.key.endOffset {
      return lines(from: entry.key.offset, to: entry.value.endOffset)
    }
    // An alias: what it stands for begins further up.
    return ["\(key):"] + lines(from: entry.value.offset, to: entry.value.endOffset).map { "  " + $0 }
  }

  /// The lines of the file between two offsets; those behind the first lose the indentation that the first has.
  private func lines(from start: Int, to end: Int) -> [String] {
    let bytes = source.bytes
    guard start <= end, end <= bytes.count else { return [] }
    let lineStart = bytes[..<start].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let indent = start - lineStart
    var lines = bytes[start..<end].split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    ).map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
    while lines.count > 1, lines.last?.allSatisfy({ $0 == UInt8(ascii: " ") }) == true { lines.removeLast() }
    return lines.enumerated().map { index, line in
      let shared = index == 0 ? 0 : min(indent, line.prefix { $0 == UInt8(ascii: " ") }.count)
      return String(decoding: line.dropFirst(shared), as: UTF8.self)
    }
  }
}
