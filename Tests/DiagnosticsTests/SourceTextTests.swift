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

  /// Places and offsets of a text, byte by byte, against a count from the start of the line.
  @Test(arguments: ["\n", "\r\n", "\r"])
  func placesInLongLines(end: String) {
    // Lines of more than one block, of letters of one to four bytes.
    let letters = ["a", "é", "→", "𝛼"]
    var text = "\u{FEFF}"
    for line in 0..<3 {
      text += (0..<6000).map { letters[($0 * 7 + $0 / 11 + line) % 4] }.joined() + end
    }
    let bytes = Array(text.utf8)
    let source = SourceText(path: "f", bytes: bytes)
    var (line, column, offset) = (1, 1, 3)
    for scalar in text.unicodeScalars.dropFirst() {
      if offset % 37 == 0 || column < 3 {
        let place = source.place(at: offset)
        #expect(place.line == line && place.column == column)
        if scalar != "\n" || end == "\n" { #expect(source.offset(of: place) == offset) }
      }
      offset += String(scalar).utf8.count
      column += 1
      if String(scalar) == end || end == "\r\n" && scalar == "\n" { (line, column) = (line + 1, 1) }
    }
    #expect(source.offset(of: source.place(at: bytes.count)) == bytes.count)
  }
}
