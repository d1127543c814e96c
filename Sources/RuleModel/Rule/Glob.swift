import Diagnostics

/// A pattern over names: `*` is any run of characters, `?` any one.
///
/// A pattern is text. It is held against a name that is not UTF-8 as messages show that name: `\276*` matches the bytes
/// `BE ED`.
package struct Glob: Sendable, Equatable {
  /// The pattern as written.
  package let text: String
  private let isLiteral: Bool

  /// Makes a pattern; every string is one.
  package init(_ text: String) {
    self.text = text
    isLiteral = !text.utf8.contains(where: { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") })
  }

  /// The name itself when the pattern has no wildcard.
  package var literal: String? { isLiteral ? text : nil }

  /// Whether the whole of `name` fits.
  package func matches(_ name: Name) -> Bool { matches(name.description) }

  /// Whether the whole of a text fits.
  package func matches(_ name: String) -> Bool {
    if isLiteral { return name.utf8.elementsEqual(text.utf8) }
    // One star to come back to is enough: a later star makes the earlier one's choice irrelevant.
    let pattern = Array(text.unicodeScalars)
    let scalars = Array(name.unicodeScalars)
    var p = 0
    var s = 0
    var star: (pattern: Int, scalar: Int)?
    while s < scalars.count {
      if p < pattern.count, pattern[p] == "*" {
        star = (p, s)
        p += 1
      } else if p < pattern.count, pattern[p] == "?" || pattern[p] == scalars[s] {
        p += 1
        s += 1
      } else if let last = star {
        star = (last.pattern, last.scalar + 1)
        p = last.pattern + 1
        s = last.scalar + 1
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == "*" }
  }
}
