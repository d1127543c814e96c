import Diagnostics
import Foundation
import Testing

@testable import CaffeIO

@Suite struct TextDocumentTests {
  @Test(arguments: [
    "", " \n", "# only a comment", "# comment\n", "\u{FEFF}name: \"x\"\n", "\u{FEFF}",
    "a: 1\r\nb { c: 2 }\r\n",
    "a: 1\rb: 2\r", "a: 1, b: 2; c < d: 3 >", "dim: [1, 2, 3]", "m: [{ a: 1 }, < b: 2 >]", "m [{ a: 1 }]",
    "empty: []", "empty []", "s: 'its' \"two\" # why\n 'three'", "[caffe.ext]: 3", "[ a . b ] { c: 1 }",
    "[type.googleapis.com/x.Y] { a: 1 }", "a { } b:{} c:<>", "x: - 3", "x: -inf y: nan z: 1.5f",
    "x: - # sign\n 3", "layer { name: \"a\" # trailing\n }  # end\n", "a: TEST", "a{b{c{d:1}}}",
    "a # name\n : # colon\n 1 # value\n ; # separator\n", "a: 1\u{B}\u{C}b: 2", "a: [ # one\n 1, # two\n 2 ]",
    "s: \"a;b{c}[d]#e\" t: '#'", "a: \"é\" # ü\n", "a: [\"x\" 'y', 'z']", "m { n: [ { o: [1] } , {} ] }",
  ])
  func everyByteComesBack(text: String) throws {
    let document = try parsed(text)
    #expect(reassembled(document) == Array(text.utf8))
    #expect(TextEditor(document).edited() == Array(text.utf8))
  }

  @Test func everyParsableTextOfTheCorpusComesBackByteForByte() throws {
    var count = 0
    var refused: [String] = []
    for file in SharedFiles.all("corpus", suffix: ".prototxt")
      + SharedFiles.all("models", suffix: ".prototxt")
    {
      let bytes = [UInt8](try Data(contentsOf: file))
      let source = SourceText(path: file.lastPathComponent, bytes: bytes)
      do {
        let document = try TextDocument(source)
        #expect(reassembled(document) == bytes, "\(source.path)")
        #expect(TextEditor(document).edited() == bytes, "\(source.path)")
        count += 1
      } catch {
        #expect(error.place.line > 1 || error.place.column > 1, "\(source.path)")
        refused.append(error.diagnostic.text)
      }
    }
    print("\(count) texts came back byte for byte; \(refused.count) are no protobuf text:")
    for text in refused { print(text) }
  }

  @Test func fieldsOfAName() throws {
    let root = try parsed("a: 1 ab: 2 a: 3 b: [4, 5] b: 6 [a]: 7").root
    #expect(root.fields.map(\.name) == ["a", "ab", "a", "b", "b", "b", "[a]"])
    #expect(root.first("a")?.integer == 1)
    #expect(root.last("a")?.integer == 3)
    #expect(root.all("b").map(\.integer) == [4, 5, 6])
    #expect(root.all("b").map(\.isListElement) == [true, true, false])
    #expect(root.last("[a]")?.integer == 7)
    #expect(root.contains("ab") && !root.contains("abc") && !root.contains(""))
    #expect(root.last("[") == nil && root.last("[a") == nil)
  }

  @Test func positionsAreByteOffsets() throws {
    let field = try #require(try parsed("# é\n  type : 'X' 'Y' # c").root.last("type"))
    #expect(field.nameOffset == 7 && field.nameRange == 7..<11)
    #expect(field.valueOffset == 14 && field.valueRange == 14..<21)
    #expect(field.literal == "'X' 'Y'")
    let message = try #require(try parsed("a { b: 1 }").root.last("a")?.message)
    #expect(message.bracketedRange == 2..<10)
    #expect(try parsed("a: 1").root.bracketedRange == nil)
  }

  @Test func listsOfMessagesReadLikeRepeatedFields() throws {
    let root = try parsed("m: [{ a: 1 }, < a: [2, 3] >] m { a: 4 }").root
    #expect(root.all("m").map { $0.message?.all("a").map(\.integer) } == [[1], [2, 3], [4]])
  }

  @Test func kindsOfValues() throws {
    let root = try parsed("m {} s: 'x' w: TEST n: -1 i: inf").root
    func accepted(_ name: String) -> [Bool] {
      let field = root.last(name)!
      return [field.message != nil, field.string != nil, field.identifier != nil, field.number != nil]
    }
    #expect(accepted("m") == [true, false, false, false])
    #expect(accepted("s") == [false, true, false, false])
    #expect(accepted("w") == [false, false, true, false])
    #expect(accepted("n") == [false, false, false, true])
    #expect(accepted("i") == [false, false, true, true])
  }

  @Test func nestingHasALimit() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "a{", count: depth) + String(repeating: "}", count: depth)
    }
    _ = try parsed(nested(100))
    _ = try parsed("a: [{\(nested(99))}, {\(nested(99))}]")
    for depth in [101, 1_000_000] {
      let error = #expect(throws: TextFormatError.self) { try parsed(nested(depth)) }
      #expect(error?.reason == .tooDeep(limit: 100) && error?.offset == 201)
    }
    _ = try parsed(nested(100_000), limits: TextLimits(depth: 100_000))
  }

  @Test func aMillionFieldsAndHugeTokens() throws {
    let fields = try parsed(String(repeating: "a:1\n", count: 1_000_000)).root
    #expect(fields.all("a").count == 1_000_000)
    let name = String(repeating: "n", count: 5_000_000)
    #expect(try parsed("\(name): 1").root.last(name)?.integer == 1)
    #expect(try parsed("s: '\(name)'").root.last("s")?.string == name)
    let digits = String(repeating: "9", count: 100_000)
    #expect(try parsed("n: \(digits)").root.last("n")?.integer == nil)
    #expect(try parsed("n: \(digits)").root.last("n")?.number == .infinity)
    #expect(try parsed("n: 0x\(digits)").root.last("n")?.number == .infinity)
  }

  @Test func noMutationOfATextTraps() throws {
    let seed = Array(
      "layer { name: \"c\" type: 'X' dim: [1, -2.5e3] q < a: 0x1f > m: [{ b: \"\\n\" }] [x.y]: 017 } # c\n"
        .utf8)
    let alphabet = Array("{}[]<>:\"'\\#,;- \nx1.e0uU/\r\u{0}\u{7F}".utf8) + [0xFF, 0xC3]
    var random = SeededGenerator(seed: 1)
    var accepted = 0
    for _ in 0..<20_000 {
      var bytes = seed
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[index] = alphabet.randomElement(using: &random)!
        case 1: bytes.remove(at: index)
        default: bytes.insert(alphabet.randomElement(using: &random)!, at: index)
        }
      }
      do {
        let document = try TextDocument(SourceText(path: "x", bytes: bytes))
        accepted += 1
        #expect(reassembled(document) == bytes)
        touchEverything(of: document.root)
      } catch {
        #expect((0...bytes.count).contains(error.offset) && !error.diagnostic.text.isEmpty)
      }
    }
    #expect(accepted > 1000)
  }

  private func touchEverything(of message: TextMessage) {
    for field in message.fields {
      _ = (
        field.string, field.bytes, field.number, field.bool, field.integer, field.identifier, field.literal
      )
      if let inner = field.message { touchEverything(of: inner) }
    }
  }
}

/// SplitMix64, so that a failure comes back with its seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
