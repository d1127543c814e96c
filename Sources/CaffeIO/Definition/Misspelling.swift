import Diagnostics

/// Tells a slip of the keyboard from a word of a fork's own.
///
/// The caller stops the run because of a misspelling, so the test is narrow: a fork that adds a field beside
/// `pad` and `kernel_h` may call it `pad_l` or `kernel_d`, but hardly `padding` or `kernelsize`.
enum Misspelling {
  /// The known word that `word` stands for; nil for a known word, and for a word that is not close to a known one.
  static func intended(_ word: String, among known: [String]) -> String? {
    if known.contains(word) { return nil }
    let plain = plain(word)
    if let same = known.first(where: { Self.plain($0) == plain }) { return same }
    let tokens = tokens(word)
    let near = known.filter { isNear(tokens, Self.tokens($0)) }
    if let nearest = Suggestion.nearest(to: word, among: near) ?? near.first { return nearest }
    return known.first { isLonger(word, $0) } ?? synonyms[word].flatMap { known.contains($0) ? $0 : nil }
  }

  /// Lower case without separators: `Kernel_Size` and `kernelsize` are one word.
  static func plain(_ word: String) -> String { word.lowercased().filter { $0 != "_" && $0 != "-" } }

  private static func tokens(_ word: String) -> [String] {
    word.lowercased().split(separator: "_", omittingEmptySubsequences: false).map(String.init)
  }

  /// Whether each part of a word is that of the other, or a slip of one letter (two in a long part).
  private static func isNear(_ a: [String], _ b: [String]) -> Bool {
    guard a.count == b.count else { return false }
    var isDifferent = false
    for (a, b) in zip(a, b) where a != b {
      // `kernel_h` and `kernel_w`, `conv1` and `conv2` are names of different things.
      guard min(a.count, b.count) >= 3, a.filter(\.isNumber) == b.filter(\.isNumber) else { return false }
      let distance = Suggestion.editDistance(a.unicodeScalars.map(\.value), b.unicodeScalars.map(\.value))
      guard distance <= (min(a.count, b.count) >= 8 ? 2 : 1) else { return false }
      isDifferent = true
    }
    return isDifferent
  }

  /// Whether a word is a known one with a longer ending: `epsilon` for `eps`, `padding` for `pad`.
  private static func isLonger(_ word: String, _ known: String) -> Bool {
    guard known.count >= 3, word.count > known.count, word.count <= 2 * known.count + 2,
      word.lowercased().hasPrefix(known)
    else { return false }
    return word.dropFirst(known.count).allSatisfy(\.isLetter)
  }

  /// What other frameworks call Caffe's fields.
  private static let synonyms = [
    "bias": "bias_term", "kernel": "kernel_size", "num_outputs": "num_output", "out_channels": "num_output",
    "use_bias": "bias_term", "dilate": "dilation", "use_global_statistics": "use_global_stats",
  ]
}
