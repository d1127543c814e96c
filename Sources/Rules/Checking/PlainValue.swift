/// What the text format takes without quotes: a word or a number, with a minus before it at most.
enum PlainValue {
  /// Whether a definition that has this text as a field's value can be read again.
  static func isOne(_ text: String) -> Bool {
    var rest = Substring(text)
    if rest.first == "-" { rest.removeFirst() }
    return PatternChecker.isName(String(rest)) || isNumber(rest.utf8[...])
  }

  /// `0x1F`, `017`, `1`, `.5`, `5.`, `1e-3`, `1.5f`.
  private static func isNumber(_ text: Substring.UTF8View) -> Bool {
    var rest = text
    func digits(_ isDigit: (UInt8) -> Bool) -> Int {
      let end = rest.firstIndex { !isDigit($0) } ?? rest.endIndex
      defer { rest = rest[end...] }
      return rest[..<end].count
    }
    func take(_ bytes: String) -> Bool {
      guard let byte = rest.first, bytes.utf8.contains(byte) else { return false }
      rest = rest.dropFirst()
      return true
    }
    let isDecimal: (UInt8) -> Bool = { (48...57).contains($0) }
    if text.starts(with: "0x".utf8) || text.starts(with: "0X".utf8) {
      rest = rest.dropFirst(2)
      let count = digits { isDecimal($0) || (97...102).contains($0 | 0x20) }
      return count > 0 && rest.isEmpty
    }
    if text.first == 48, let second = text.dropFirst().first, isDecimal(second) {
      return text.allSatisfy { (48...55).contains($0) }
    }
    var count = digits(isDecimal)
    if take(".") { count += digits(isDecimal) }
    guard count > 0 else { return false }
    if take("eE") {
      _ = take("+-")
      guard digits(isDecimal) > 0 else { return false }
    }
    _ = take("fF")
    return rest.isEmpty
  }
}
