import Diagnostics
import Testing

@Suite struct SourceTextTests {
  @Test(arguments: [
    ("a\nbc", 3, 2, 2, "bc"), ("a\r\nbc", 3, 2, 1, "bc"), ("a\rbc", 2, 2, 1, "bc"), ("", 0, 1, 1, ""),
    ("\u{FEFF}ab", 4, 1, 2, "ab"), ("é=x", 2, 1, 2, "é=x"), ("a\n", 2, 2, 1, ""), ("ab", 99, 1, 3, "ab"),
  ])
  func placeOfAnOffset(text: String, offset: Int, line: Int, column: Int, shown: String) {
    let place = SourceText(path: "f", bytes: Array(text.utf8)).place(at: offset)
    #expect(place == SourcePlace(path: "f", line: line, column: column, lineText: shown))
  }

  @Test func theCaretStandsUnderTheColumnBehindTabs() {
    let place = SourcePlace(path: "f", line: 1, column: 3, lineText: "\t\tx")
    #expect(place.excerpt == "  \t\tx\n  \t\t^")
  }

  @Test func aLongLineIsCutAroundTheCaret() {
    let place = SourcePlace(path: "f", line: 1, column: 500, lineText: String(repeating: "x", count: 1000))
    let lines = place.excerpt.split(separator: "\n")
    #expect(lines[0].count < 120 && lines[1].last == "^")
  }
}

@Suite struct SuggestionTests {
  @Test(
    arguments: [
      ("gama", ["gamma", "beta"], "gamma"), ("Convoluton", ["Convolution"], "Convolution"),
      ("x", ["gamma"], nil), ("bototm", ["bottom", "top"], "bottom"), ("SCALE", ["Scale"], "Scale"),
    ] as [(String, [String], String?)])
  func nearest(word: String, candidates: [String], expected: String?) {
    #expect(Suggestion.nearest(to: word, among: candidates) == expected)
  }
}
