/// 'did you mean' by edit distance.
public enum Suggestion {
  /// The most steps of a search, about a tenth of a second: a step for each letter of a candidate, and one for each pair of letters
  /// that is compared. Beyond it nothing is suggested.
  public static let mostSteps = 1 << 24

  /// The candidate nearest to `word`, if it is near enough to be what the user meant.
  ///
  /// Near enough is at most a third of the longer word's length in edits (at least one), adjacent swaps
  /// counting once, and at most `most`; letter case alone never hides a candidate. Ties go to the first candidate.
  public static func nearest(
    to word: String, among candidates: some Sequence<String>, within most: Int = .max
  ) -> String? {
    var steps = mostSteps
    return nearest(to: word, among: candidates, within: most, steps: &steps)
  }

  /// The same of many words: what one search takes is not there for the next.
  public static func nearest(
    to word: String, among candidates: some Sequence<String>, within most: Int = .max, steps: inout Int
  ) -> String? {
    guard steps > 0 else { return nil }
    let wanted = caseless(word)
    var best: (distance: Int, candidate: String)?
    for candidate in candidates where candidate != word {
      let other = caseless(candidate)
      let limit = min(most, max(1, max(wanted.count, other.count) / 3))
      steps -= 1 + other.count
      guard abs(wanted.count - other.count) <= limit else { continue }
      steps -= wanted.count * other.count
      guard steps > 0 else { return nil }
      let distance = editDistance(wanted, other)
      if distance <= limit, distance < best?.distance ?? .max { best = (distance, candidate) }
    }
    return best?.candidate
  }

  /// `; did you mean 'x'?` or nothing.
  public static func clause(for word: String, among candidates: some Sequence<String>) -> String {
    nearest(to: word, among: candidates).map { "; did you mean '\($0)'?" } ?? ""
  }

  /// `; did you mean 'x'?` or nothing, of names as messages show them.
  public static func clause(for name: Name, among candidates: some Sequence<Name>) -> String {
    clause(for: name.description, among: candidates.map(\.description))
  }

  /// The scalars of a word in lower case.
  private static func caseless(_ word: String) -> [UInt32] {
    guard word.utf8.allSatisfy({ $0 < 0x80 }) else { return word.lowercased().unicodeScalars.map(\.value) }
    return word.utf8.map { UInt32((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0) }
  }

  /// Optimal string alignment distance: insert, delete, replace, swap of neighbours, each 1.
  package static func editDistance(_ a: [UInt32], _ b: [UInt32]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    var row = beforeLast
    for i in 0..<a.count {
      row[0] = i + 1
      for j in 0..<b.count {
        var cost = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
        row[j + 1] = cost
      }
      swap(&beforeLast, &last)
      swap(&last, &row)
    }
    return last[b.count]
  }
}
