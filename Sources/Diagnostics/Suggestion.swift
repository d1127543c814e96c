/// 'did you mean' by edit distance.
public enum Suggestion {
  /// The candidate nearest to `word`, if it is near enough to be what the user meant.
  ///
  /// Near enough is at most a third of the longer word's length in edits (at least one), adjacent swaps
  /// counting once, and at most `most`; letter case alone never hides a candidate. Ties go to the first candidate.
  public static func nearest(
    to word: String, among candidates: some Sequence<String>, within most: Int = .max
  ) -> String? {
    let wanted = Array(word.lowercased().unicodeScalars)
    var best: (distance: Int, candidate: String)?
    for candidate in candidates where candidate != word {
      let other = Array(candidate.lowercased().unicodeScalars)
      let limit = min(most, max(1, max(wanted.count, other.count) / 3))
      guard abs(wanted.count - other.count) <= limit else { continue }
      let distance = editDistance(wanted, other)
      if distance <= limit, distance < best?.distance ?? .max { best = (distance, candidate) }
    }
    return best?.candidate
  }

  /// `; did you mean 'x'?` or nothing.
  public static func clause(for word: String, among candidates: some Sequence<String>) -> String {
    nearest(to: word, among: candidates).map { "; did you mean '\($0)'?" } ?? ""
  }

  /// Optimal string alignment distance: insert, delete, replace, swap of neighbours, each 1.
  static func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      row.reserveCapacity(b.count + 1)
      for j in 0..<b.count {
        var cost = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
        row.append(cost)
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
