import Diagnostics
import Testing

@Suite struct SuggestionTests {
  @Test(
    arguments: [
      ("gama", ["gamma", "beta"], "gamma"), ("Convoluton", ["Convolution"], "Convolution"),
      ("x", ["gamma"], nil), ("bototm", ["bottom", "top"], "bottom"), ("SCALE", ["Scale"], "Scale"),
    ] as [(String, [String], String?)])
  func nearest(word: String, candidates: [String], expected: String?) {
    #expect(Suggestion.nearest(to: word, among: candidates) == expected)
  }

  @Test func aLongSearchEndsWithoutASuggestion() {
    let names = (0..<1000).map { "blob\($0)" }
    var steps = 100_000
    #expect(Suggestion.nearest(to: "blobb7", among: names, steps: &steps) == "blob7")
    #expect(steps > 0)
    // Words as long as files allow: all pairs of their letters would take minutes.
    let long = (0..<10).map { String(repeating: "q", count: 65_536) + "\($0)" }
    #expect(Suggestion.nearest(to: String(repeating: "q", count: 65_536), among: long) == nil)
    steps = 0
    #expect(Suggestion.nearest(to: "blobb7", among: names, steps: &steps) == nil)
  }
}
