import Diagnostics
import Testing

@Suite struct NameTests {
  static let composed = Name("\u{E9}")
  static let decomposed = Name("e\u{301}")
  /// `卷积` and `特征` in GBK.
  static let convolution = Name(bytes: [0xBE, 0xED, 0xBB, 0xFD])
  static let feature = Name(bytes: [0xCC, 0xD8, 0xD5, 0xF7])
  static let all = [
    "", "a", "conv1", "conv1/bn", "a name longer than a short string is", composed, decomposed, convolution,
    feature, convolution + "a", "a" + convolution, Name(bytes: [0xFF]), Name(bytes: [0xFF, 0x00]), "\u{FFFD}",
    Name("\\276\\355"), Name(bytes: [0x5C, 0xBE]),
  ]

  @Test("Names are the same when their bytes are, whatever Unicode says")
  func equality() {
    #expect("\u{E9}" == "e\u{301}", "strings are compared by meaning")
    for (i, a) in Self.all.enumerated() {
      for (j, b) in Self.all.enumerated() {
        #expect((a == b) == (i == j))
        #expect((a < b) == a.bytes.lexicographicallyPrecedes(b.bytes))
        if a == b { #expect(a.hashValue == b.hashValue) }
      }
    }
    #expect(Set(Self.all).count == Self.all.count)
  }

  @Test(arguments: all) func bytesMakeTheSameName(name: Name) {
    #expect(Name(bytes: name.bytes) == name)
    #expect(name.withBytes { Array($0) } == name.bytes)
    #expect(name.isEmpty == name.bytes.isEmpty)
    if let text = name.text { #expect(Name(text) == name) }
  }

  @Test func joining() {
    #expect(
      ("conv" + Self.convolution + "_bn").bytes == Array("conv".utf8) + Self.convolution.bytes
        + Array("_bn".utf8))
    // Two halves of a character.
    #expect(Name(bytes: [0xC3]) + Name(bytes: [0xA9]) == Self.composed)
  }

  @Test func namesForPeople() {
    #expect("\(Self.composed)" == "é")
    #expect("\(Self.convolution)a" == #"\276\355\273\375a"#)
    #expect("\(Name(bytes: [0x5C, 0x80, 0x41]))" == #"\\\200A"#)
  }

  @Test(arguments: all) func whatPeopleSeeReadsBack(name: Name) {
    #expect(Name(escaped: name.escaped) == name)
    if name.text == nil { #expect(name.description == name.escaped) }
  }

  @Test(arguments: [#"\"#, #"\27"#, #"\100"#, #"\400"#, #"a\x"#, #"\27é"#])
  func otherEscapesAreNone(text: String) { #expect(Name(escaped: text) == nil) }

  @Test func lengths() {
    #expect(Self.decomposed.characterCount == 2)
    #expect(Self.convolution.characterCount == 4)
  }
}
