import Diagnostics
import Testing

@testable import CaffeIO

func parsed(_ text: String) throws -> TextDocument {
  try TextDocument(SourceText(path: "net.prototxt", bytes: Array(text.utf8)))
}

/// The text put together again from the positions of its fields and what is between them; differs from the
/// original where a position is wrong, so that a round trip can fail.
func reassembled(_ document: TextDocument) -> [UInt8] {
  var result: [UInt8] = []
  var position = 0
  func emit(_ range: Range<Int>) {
    result += document.bytes[position..<range.lowerBound]
    result += document.bytes[range]
    position = range.upperBound
  }
  func walk(_ message: TextMessage) {
    for field in message.fields {
      if field.list == nil { emit(field.nameRange) }
      if let inner = field.message {
        emit(field.valueOffset..<field.valueOffset + 1)
        walk(inner)
        emit(field.valueRange.upperBound - 1..<field.valueRange.upperBound)
      } else {
        emit(field.valueRange)
      }
    }
  }
  walk(document.root)
  return result + document.bytes[position...]
}

@Suite struct TextDocumentTests {
  @Test(arguments: [
    "", "# only a comment", "\u{FEFF}name: \"x\"\n", "a: 1\r\nb { c: 2 }\r\n", "a: 1, b: 2; c < d: 3 >",
    "dim: [1, 2, 3]", "m: [{ a: 1 }, < b: 2 >]", "empty: []", "s: 'it''s' \"two\" # why\n 'three'",
    "[caffe.ext]: 3", "[type.googleapis.com/x.Y] { a: 1 }", "a { } b:{} c:<>", "x: - 3",
    "x: -inf y: nan z: 1.5f",
    "layer { name: \"a\" # trailing\n }  # end\n", "a: TEST", "a{b{c{d:1}}}",
  ])
  func everyByteComesBack(text: String) throws {
    let document = try parsed(text)
    #expect(reassembled(document) == Array(text.utf8))
    #expect(TextEditor(document).edited() == Array(text.utf8))
  }

  @Test(arguments: [
    ("1", 1.0), ("-7", -7), ("0x1F", 31), ("017", 15), ("1.5", 1.5), (".5", 0.5), ("1.", 1), ("1.e2", 100),
    ("1e-05", 1e-5), ("2f", 2), ("1.5F", 1.5), ("inf", .infinity), ("-inf", -.infinity), ("- 3", -3),
    ("9007199254740992", 9_007_199_254_740_992), ("1E+3", 1000), ("- # sign\n 4", -4),
  ])
  func numbers(text: String, value: Double) throws {
    #expect(try parsed("x: \(text)").root.last("x")?.number == value)
  }

  @Test(arguments: [
    (#""plain""#, "plain"), (#"'it"s'"#, "it\"s"), (#""a\nb\tc\\\"""#, "a\nb\tc\\\""), (#""\101\x42""#, "AB"),
    (#""caf\303\251""#, "café"), (#""\u00e9""#, "é"), (#""one" 'two' # more"# + "\n\"3\"", "onetwo3"),
    (#""""#, ""),
  ])
  func strings(text: String, value: String) throws {
    #expect(try parsed("x: \(text)").root.last("x")?.string == value)
  }

  @Test func listsReadLikeRepeatedFields() throws {
    let root = try parsed("dim: [1, 2] dim: 3 m: [{a: 1}, {a: 2}]").root
    #expect(root.all("dim").map(\.integer) == [1, 2, 3])
    #expect(root.all("m").map { $0.message?.last("a")?.integer } == [1, 2])
    #expect(root.fields.map(\.name) == ["dim", "dim", "dim", "m", "m"])
  }

  @Test(arguments: [
    (
      "name \"x\"",
      "net.prototxt:1:6: error: expected ':' or '{' after 'name', found '\"'\n  name \"x\"\n       ^"
    ),
    (
      "name: \"x\ny",
      "net.prototxt:1:7: error: the string is not closed; expected \" before the end of the line\n  name: \"x\n        ^"
    ),
    (
      "a {\n  b: 1\n",
      "net.prototxt:3:1: error: expected '}' to close 'a' of line 1, found the end of the file\n  \n  ^"
    ),
    ("a: }", "net.prototxt:1:4: error: expected a value for 'a', found '}'\n  a: }\n     ^"),
    ("}", "net.prototxt:1:1: error: '}' closes nothing\n  }\n  ^"),
    ("a: 1x", "net.prototxt:1:4: error: '1x' is not a number\n  a: 1x\n     ^"),
    ("a: 089", "net.prototxt:1:4: error: '089' is not a number\n  a: 089\n     ^"),
    (
      "a: [1 2]", "net.prototxt:1:7: error: expected ',' or ']' in the list, found '2'\n  a: [1 2]\n        ^"
    ),
    ("a: \"\\q\"", "net.prototxt:1:5: error: unknown escape '\\q' in a string\n  a: \"\\q\"\n      ^"),
    ("é: 1", "net.prototxt:1:1: error: expected a field name, found 'é'\n  é: 1\n  ^"),
    (
      "a: 1\n\u{0}",
      "net.prototxt:2:1: error: expected a field name, found a control character (byte 0)\n  \u{FFFD}\n  ^"
    ),
    ("a:", "net.prototxt:1:3: error: expected a value for 'a', found the end of the file\n  a:\n    ^"),
    ("a { b: 1 >", "net.prototxt:1:10: error: '>' closes nothing\n  a { b: 1 >\n           ^"),
    (
      "<!DOCTYPE html>",
      "net.prototxt: error: expected a net definition as text, found a web page; download the file itself"
    ),
    (
      "version https://git-lfs.github.com/spec/v1\n",
      "net.prototxt: error: expected a net definition as text, found a Git LFS pointer; fetch the file itself with 'git lfs pull'"
    ),
  ])
  func whatIsWrongIsSaidWithItsPlace(text: String, message: String) {
    let error = #expect(throws: TextFormatError.self) { try parsed(text) }
    #expect(error?.diagnostic.text == message)
  }

  @Test func nestingHasALimit() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "a{", count: depth) + String(repeating: "}", count: depth)
    }
    _ = try parsed(nested(100))
    let error = #expect(throws: TextFormatError.self) { try parsed(nested(100_000)) }
    #expect(error?.diagnostic.sentence == "messages nest deeper than 100 levels")
  }

  @Test func noMutationOfATextTraps() throws {
    let text = Array(
      "layer { name: \"c\" type: 'X' dim: [1, -2.5e3] < a: 0x1f > m: [{ b: \"\\n\" }] } # c\n".utf8)
    var generator = SystemRandomNumberGenerator()
    let alphabet = Array("{}[]<>:\"'\\#,;- \nx1.e\u{0}\u{FF}".utf8)
    for _ in 0..<20_000 {
      var bytes = text
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[index] = alphabet.randomElement(using: &generator)!
        case 1: bytes.remove(at: index)
        default: bytes.insert(alphabet.randomElement(using: &generator)!, at: index)
        }
      }
      guard let document = try? TextDocument(SourceText(path: "x", bytes: bytes)) else { continue }
      #expect(reassembled(document) == bytes)
      for field in document.root.fields { _ = (field.string, field.number, field.bool, field.integer) }
    }
  }
}
