import Diagnostics
import Testing

@testable import CaffeIO

@Suite struct TextStringTests {
  @Test(arguments: [
    (#""plain""#, "plain"), (#"'it"s'"#, "it\"s"), (#""a\nb\tc\\\"""#, "a\nb\tc\\\""), (#""""#, ""),
    (#""\a\b\f\n\r\t\v\?\'\"""#, "\u{7}\u{8}\u{C}\n\r\t\u{B}?'\""), (#""\101\x42\X43\60""#, "ABC0"),
    (#""\1012""#, "A2"), (#""\x414""#, "A4"), (#""caf\303\251""#, "café"), (#""\u00e9\U0001F600""#, "é😀"),
    (#""\ud83d\ude00""#, "😀"), (#""\ud83d""#, "\u{FFFD}"), (#""\ud83d\u0041""#, "\u{FFFD}A"),
    ("\"one\" 'two' # more \"no\"\n\"3\"", "onetwo3"), ("'a''b'", "ab"), ("\"\r\"", "\r"),
    (#""\377""#, "\u{FFFD}"),
  ])
  func strings(text: String, value: String) throws {
    let field = try parsed("x: \(text)").root.last("x")
    #expect(field?.string == value)
    #expect(field?.bytes.map { String(decoding: $0, as: UTF8.self) } == value)
  }

  @Test func bytesAreNotForcedIntoUTF8() throws {
    #expect(try parsed(#"x: "\xff\0""#).root.last("x")?.bytes == [0xFF, 0])
  }

  @Test(arguments: ["", "plain", "a\"b'c\\d", "\n\r\t\u{0}\u{1F}\u{7F}1", "é😀", "\u{1}23"])
  func whatIsEncodedReadsBack(string: String) throws {
    for quote in "'\"".utf8 {
      let literal = String(decoding: TextString.encode(Name(string), quote: quote), as: UTF8.self)
      #expect(try parsed("x: \(literal)").root.last("x")?.string == string)
    }
  }

  @Test("A string that is not UTF-8 is written with escapes, and reads back byte for byte")
  func otherEncodings() throws {
    let name = Name(bytes: [0xBE, 0xED, 0x31, 0x5C, 0x0A, 0x00])
    let literal = TextString.encode(name, quote: 0x22)
    #expect(literal == Array(#""\276\3551\\\n\000""#.utf8))
    #expect(try parsed("x: \(String(decoding: literal, as: UTF8.self))").root.last("x")?.nameValue == name)
  }

  @Test func rawBytesOfOtherEncodingsAreRead() throws {
    let text = SourceText(path: "gbk.prototxt", bytes: Array("x: \"".utf8) + [0xBE, 0xED] + Array("\"".utf8))
    #expect(try TextDocument(text).root.last("x")?.nameValue == Name(bytes: [0xBE, 0xED]))
  }

  @Test func theOtherQuoteStaysPlain() {
    #expect(TextString.encode("a'b\"c", quote: 0x22) == Array(#""a'b\"c""#.utf8))
    #expect(TextString.encode("a'b\"c", quote: 0x27) == Array(#"'a\'b"c'"#.utf8))
    #expect(TextString.encode("\u{1}é\n", quote: 0x27) == Array(#"'\001é\n'"#.utf8))
  }
}
