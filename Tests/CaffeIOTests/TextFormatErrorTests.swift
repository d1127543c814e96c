import Diagnostics
import Testing

@testable import CaffeIO

@Suite struct TextFormatErrorTests {
  /// The text, where the caret stands, and the sentence.
  @Test(arguments: [
    ("name \"x\"", 1, 6, "expected ':' or '{' after 'name', found '\"'"),
    ("name", 1, 5, "expected ':' or '{' after 'name', found the end of the text"),
    ("dim [1]", 1, 5, "expected ':' or '{' after 'dim', found '['"),
    ("a [{}, }", 1, 8, "expected a value for 'a', found '}'"),
    ("a [{},", 1, 7, "expected a value for 'a', found the end of the text"),
    ("a [{}, 1]", 1, 3, "expected ':' or '{' after 'a', found '['"),
    ("a [{ b: [1] }, { c [{}] }, d]", 1, 3, "expected ':' or '{' after 'a', found '['"),
    ("a:", 1, 3, "expected a value for 'a', found the end of the text"),
    ("a: }", 1, 4, "expected a value for 'a', found '}'"),
    ("a: +1", 1, 4, "expected a value for 'a', found '+'"),
    ("a: [1, ]", 1, 8, "expected a value for 'a', found ']'"),
    ("a: [[1]]", 1, 5, "expected a value for 'a', found '['"),
    ("input_dim: [1 3 229]", 1, 15, "expected ',' or ']' in the list 'input_dim', found '3'"),
    ("a: [1; 2]", 1, 6, "expected ',' or ']' in the list 'a', found ';'"),
    ("a: -x", 1, 5, "expected a number after '-', found 'x'"),
    ("a: -\"x\"", 1, 5, "expected a value for 'a', found '\"'"),
    ("a: 1x", 1, 4, "'1x' is not a number"), ("a: 1.2.3", 1, 4, "'1.2.3' is not a number"),
    ("a: 1e", 1, 4, "'1e' is not a number"), ("a: .", 1, 4, "'.' is not a number"),
    ("a: 0x", 1, 4, "'0x' is not a number"), ("a: 0xfg", 1, 4, "'0xfg' is not a number"),
    ("a: 1e5e5", 1, 4, "'1e5e5' is not a number"),
    (
      "a: 089", 1, 4,
      "'089' is not a number: one with a leading zero is octal; remove the zero if it is decimal"
    ),
    (
      "a: 01.5", 1, 4,
      "'01.5' is not a number: one with a leading zero is octal; remove the zero if it is decimal"
    ),
    ("name: \"x\ny", 1, 7, "the string does not end on its line; is a \" missing?"),
    ("name: 'x", 1, 7, "the string does not end on its line; is a ' missing?"),
    ("name: 'x\\", 1, 7, "the string does not end on its line; is a ' missing?"),
    ("name: 'x\\\n'", 1, 7, "the string does not end on its line; is a ' missing?"),
    ("s: \"\\q\"", 1, 5, "'\\q' is no escape of a string; write '\\\\' for a backslash"),
    ("s: \"C:\\data\"", 1, 7, "'\\d' is no escape of a string; write '\\\\' for a backslash"),
    ("s: \"\\xg\"", 1, 5, "'\\x' is no escape of a string; write '\\\\' for a backslash"),
    ("s: \"\\u12\"", 1, 5, "'\\u' is no escape of a string; write '\\\\' for a backslash"),
    ("s: \"\\U00110000\"", 1, 5, "'\\U' is no escape of a string; write '\\\\' for a backslash"),
    ("[a.b: 1", 1, 1, "the extension name has no ']'"), ("[]: 1", 1, 2, "expected a field name, found ']'"),
    ("é: 1", 1, 1, "expected a field name, found 'é'"), ("a: é", 1, 4, "expected a value for 'a', found 'é'"),
    ("5: 1", 1, 1, "expected a field name, found '5'"), (";", 1, 1, "expected a field name, found ';'"),
    ("a: 1;;", 1, 6, "expected a field name, found ';'"),
    ("{% if x %}", 1, 1, "expected a field name, found '{'"),
    ("}", 1, 1, "'}' closes nothing"), ("a: 1\n>", 2, 1, "'>' closes nothing"),
    ("a {\n  b < c: 1\n}", 3, 1, "expected '>' to close 'b' of line 2, found '}'"),
    ("a { b: 1 ]", 1, 10, "expected '}' to close 'a' of line 1, found ']'"),
    ("a {\n  b: 1\n", 3, 1, "expected '}' to close 'a' of line 1, found the end of the text"),
    ("\n[x.y] {", 2, 8, "expected '}' to close '[x.y]' of line 2, found the end of the text"),
    ("a: [1", 1, 6, "expected ']' to close 'a' of line 1, found the end of the text"),
    ("a: [{b: 1}", 1, 11, "expected ']' to close 'a' of line 1, found the end of the text"),
    ("num: {{ classes }}", 1, 7, "expected a field name, found '{'"),
  ])
  func whatIsWrongIsSaidWithItsPlace(text: String, line: Int, column: Int, sentence: String) throws {
    let error = try #require(throws: TextFormatError.self) { try parsed(text) }
    let place = error.place
    #expect(place.line == line && place.column == column)
    #expect(error.diagnostic.text == "net.prototxt:\(line):\(column): error: \(sentence)\n\(place.excerpt)")
  }

  @Test func theSourceLineIsShown() throws {
    let error = try #require(throws: TextFormatError.self) { try parsed("a: 1\r\n  pad: 1x # y\r\n") }
    #expect(
      error.diagnostic.text
        == "net.prototxt:2:8: error: '1x' is not a number\n    pad: 1x # y\n         ^")
  }

  @Test func anOnnxFileIsNoDefinition() throws {
    let error = try #require(throws: TextFormatError.self) {
      try TextDocument(SourceText(path: "net.onnx", bytes: [0x08, 0x08, 0x12, 0x04]))
    }
    #expect(
      error.diagnostic.text
        == "net.onnx: byte 0: error: expected text, found the byte 0x08; is it an ONNX file? inspect, graph and verify read those"
    )
  }

  @Test(
    arguments: [
      ([0x0A, 0x03, 0x6E, 0x65, 0x74], 1, "03"), (Array("name: 'a\u{0}'".utf8), 8, "00"),
      (Array("name: 'a' \u{1}".utf8), 10, "01"),
      (Array("# \(String(repeating: "x", count: 100))\ns: '\u{0}'".utf8), 107, "00"),
    ] as [([UInt8], Int, String)])
  func bytesThatNoTextHas(bytes: [UInt8], offset: Int, hex: String) throws {
    let error = try #require(throws: TextFormatError.self) {
      try TextDocument(SourceText(path: "net.prototxt", bytes: bytes))
    }
    #expect(
      error.diagnostic.text
        == "net.prototxt: byte \(offset): error: expected text, found the byte 0x\(hex); is it a .caffemodel? give that as the weights"
    )
  }

  @Test func aControlByteFarIntoATextIsPlacedByLine() throws {
    let error = try #require(throws: TextFormatError.self) {
      try parsed("# \(String(repeating: "x", count: 100))\n\u{0}")
    }
    #expect(
      error.diagnostic.text.hasPrefix("net.prototxt:2:1: error: expected a field name, found the byte 0x00\n")
    )
  }

  @Test(arguments: [
    (
      "<!DOCTYPE html>",
      "expected a net definition as text, found a web page; the download seems to have failed"
    ),
    (
      "version https://git-lfs.github.com/spec/v1\n",
      "expected a net definition as text, found a git-lfs pointer; run 'git lfs pull' first"
    ),
    ("PK\u{3}\u{4}", "expected a net definition as text, found zip data; unpack it first"),
  ])
  func otherFilesAreNamed(text: String, sentence: String) throws {
    let error = try #require(throws: TextFormatError.self) { try parsed(text) }
    #expect(error.diagnostic.text == "net.prototxt: error: \(sentence)")
  }

  @Test func utf16IsNamed() throws {
    let error = try #require(throws: TextFormatError.self) {
      try TextDocument(SourceText(path: "net.prototxt", bytes: [0xFF, 0xFE, 0x61, 0]))
    }
    #expect(error.diagnostic.text == "net.prototxt: error: the text is UTF-16; save it as UTF-8")
  }

  @Test func limitsAreStated() throws {
    let deep = try #require(throws: TextFormatError.self) {
      try parsed("a{b{c{", limits: TextLimits(depth: 2))
    }
    #expect(
      deep.diagnostic.text
        == "net.prototxt:1:6: error: messages nest deeper than 2 levels\n  a{b{c{\n       ^")
    let large = try #require(throws: TextFormatError.self) {
      try parsed("a: 1", limits: TextLimits(byteCount: 3))
    }
    #expect(large.diagnostic.text == "net.prototxt: error: the text has 4 bytes, the limit is 3")
  }
}
