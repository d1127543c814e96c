/// The user's word as a message shows it: one line, at most 60 characters or as many as are asked for.
package func clipped(_ word: String, to most: Int = 60) -> String {
  var shown = String.UnicodeScalarView()
  for scalar in word.unicodeScalars.prefix(most) {
    shown.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
  }
  return String(shown) + (word.unicodeScalars.count > most ? "…" : "")
}

/// `'a', 'b' or 'c'`.
package func alternatives(_ words: [String]) -> String {
  let quoted = words.map { "'\($0)'" }
  guard quoted.count > 1, let last = quoted.last else { return quoted.joined() }
  return quoted.dropLast().joined(separator: ", ") + " or " + last
}
