/// How many columns text takes where all characters are as wide as one or two digits: on a terminal, and about so in a picture.
package enum TextWidth {
  /// East Asian wide characters and most pictures take two columns; marks that combine with the character before take none.
  package static func of(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
    return text.reduce(0) { $0 + width($1) }
  }

  private static func width(_ character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    return wide.contains { $0.contains(scalar.value) } ? 2 : 1
  }

  /// The blocks of Unicode's EastAsianWidth.txt whose characters are W or F, with what lies between them unassigned.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
    0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
    0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
  ]

  /// The text, or its begin and end with a dot of three between, so that it takes no more than `width` columns.
  package static func shortened(_ text: String, to width: Int) -> String {
    guard of(text) > width else { return text }
    guard width > 1 else { return "…" }
    // The end tells layers of one block apart, so it gets the larger half.
    let end = (width - 1) - (width - 1) / 2
    func part(_ characters: some Sequence<Character>, _ limit: Int) -> [Character] {
      var (taken, columns) = ([Character](), 0)
      for character in characters {
        columns += Self.width(character)
        guard columns <= limit else { break }
        taken.append(character)
      }
      return taken
    }
    return String(part(text, (width - 1) / 2)) + "…" + String(part(text.reversed(), end).reversed())
  }
}
