/// Small parts of sentences.
package enum Wording {
  /// `1 layer`, `2 layers`, `3 branches`.
  package static func counted(_ number: Int, _ noun: String, plural: String? = nil) -> String {
    "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
  }

  /// `a`, `a and b`, `a, b and c`.
  package static func list(_ items: [String], _ conjunction: String) -> String {
    guard items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " \(conjunction) " + items[items.count - 1]
  }

  /// Names in quotes, the first few of many: `'a', 'b', 'c' and 4 more`.
  package static func names(_ names: [some CustomStringConvertible], shown: Int = 3) -> String {
    let quoted = names.map { "'\($0)'" }
    guard names.count > shown else { return list(quoted, "and") }
    return quoted.prefix(shown).joined(separator: ", ") + " and \(names.count - shown) more"
  }
}
