import Diagnostics
import RandomTestSupport
import Testing

@testable import YAML

/// Parses `text` as the file `f.yaml`.
func yaml(_ text: String, limits: YAMLLimits = YAMLLimits()) throws(YAMLError) -> YAMLNode {
  try YAMLDocument(SourceText(path: "f.yaml", bytes: Array(text.utf8)), limits: limits).root
}

/// The complete message that reading `text` ends with.
func yamlMessage(_ text: String, limits: YAMLLimits = YAMLLimits()) -> String {
  do {
    _ = try yaml(text, limits: limits)
    return "no error"
  } catch {
    return error.diagnostic.text
  }
}

@Suite struct YAMLDocumentTests {
  @Test func aDocumentKeepsOrderAndPlaces() throws {
    let text = "\u{FEFF}# é\nb: [1, 'ü x', {k: ~}]\na:\n  - &p \"q\"\n  - *p\n"
    let root = try yaml(text)
    let bytes = Array(text.utf8)
    func source(_ node: YAMLNode) -> String {
      String(decoding: bytes[node.offset..<node.endOffset], as: UTF8.self)
    }
    let entries = try #require(root.mapping)
    #expect(entries.map(\.key.string) == ["b", "a"])
    let list = try #require(entries[0].value.sequence)
    #expect(list.map(source) == ["1", "'ü x'", "{k: ~}"])
    #expect(source(entries[0].value) == "[1, 'ü x', {k: ~}]")
    let second = try #require(entries[1].value.sequence)
    #expect(second.map(source) == ["\"q\"", "\"q\""])
    #expect(second.map(\.string) == ["q", "q"])
    #expect(source(root) == "b: [1, 'ü x', {k: ~}]\na:\n  - &p \"q\"\n  - *p")
    #expect(list[2].place.description == "f.yaml:2:15")
  }

  @Test func carriageReturnsCountAsOneLineEnd() throws {
    let root = try yaml("a: 1\r\nb: é\r\nc: [x]\r\n")
    #expect(try #require(root.mapping)[2].value.place.description == "f.yaml:3:4")
  }

  @Test func manyWideCharactersKeepOffsetsExact() throws {
    let text = "a: " + String(repeating: "é€😀", count: 500) + "\nb: z"
    let value = try #require(try yaml(text).mapping)[1].value
    #expect(value.offset == text.utf8.count - 1 && value.endOffset == text.utf8.count)
  }

  @Test(arguments: [
    ("", "f.yaml:1:1: error: the file is empty, expected a YAML mapping\n  \n  ^"),
    ("# x\n", "f.yaml:1:1: error: the file is empty, expected a YAML mapping\n  # x\n  ^"),
    (
      "a: 1\n---\nb: 2\n",
      "f.yaml:2:1: error: a second YAML document begins here, expected one per file; remove the '---'\n  ---\n  ^"
    ),
    (
      "é: 1\nb: 2\né: 3\n",
      "f.yaml:3:1: error: key 'é' is given twice; remove one\n  é: 3\n  ^\nnote: 'é' was first given at f.yaml:1:1"
    ),
    (
      "a: &gama 1\nb: *gamma\n",
      "f.yaml:2:4: error: alias '*gamma' names no anchor before it; did you mean '*gama'?\n  b: *gamma\n     ^"
    ),
    ("a: &x [*x]\n", "f.yaml:1:8: error: alias '*x' stands inside what it names\n  a: &x [*x]\n         ^"),
    (
      "a: !vendor 1\n",
      "f.yaml:1:4: error: tag '!vendor' is not known here; remove it\n  a: !vendor 1\n     ^"
    ),
    ("a: !!int x\n", "f.yaml:1:4: error: tag '!!int' does not fit the string 'x'\n  a: !!int x\n     ^"),
    ("a: !!seq {}\n", "f.yaml:1:4: error: tag '!!seq' does not fit a mapping\n  a: !!seq {}\n     ^"),
    (
      "a: 'x\nb: 1\n",
      "f.yaml:1:4: error: this quoted text is not closed before the end of the file\n  a: 'x\n     ^"
    ),
    (
      "a: \"\\q\"\n",
      #"f.yaml:1:5: error: unknown escape in double quotes; write '\\' for a backslash, or use single quotes"#
        + "\n  a: \"\\q\"\n      ^"
    ),
    (
      "a: [1, 2\nb: 3\n",
      "f.yaml:2:2: error: expected ',' or ']' in this list; put a value that has a bracket, brace or comma in it in quotes\n  b: 3\n   ^\nnote: the list was opened at f.yaml:1:4"
    ),
    (
      "a: {b: 1\nc: ]\n",
      "f.yaml:2:2: error: expected ',' or '}' in this mapping; put a value that has a bracket, brace or comma in it in quotes\n  c: ]\n   ^\nnote: the mapping was opened at f.yaml:1:4"
    ),
    (
      "a: 1\n  b: 2\n",
      "f.yaml:2:4: error: ':' cannot stand here; put the text before it in quotes, or check the indentation\n    b: 2\n     ^"
    ),
    (
      "a:\n\t- 1\n",
      "f.yaml:2:1: error: a tab cannot indent YAML; use spaces\n  \t- 1\n  ^"
    ),
    (
      "a: @x\n",
      "f.yaml:1:4: error: a value cannot begin with this character; put it in quotes\n  a: @x\n     ^"
    ),
    (
      "- a\nb: 1\n",
      "f.yaml:2:1: error: expected '- ' or the end of the list; check the indentation\n  b: 1\n  ^"
    ),
    (
      "a: 'x' 'y'\n",
      "f.yaml:1:8: error: expected a key or the end of the mapping; check the indentation and the quotes\n  a: 'x' 'y'\n         ^"
    ),
    (
      "a: - b\n",
      "f.yaml:1:4: error: a list item cannot begin here; put '- ' on a line of its own, indented alike\n  a: - b\n     ^"
    ),
    (
      "abc\nd: 1\n",
      "f.yaml:2:2: error: ':' cannot stand here; put the text before it in quotes, or check the indentation\n  d: 1\n   ^"
    ),
    (
      "a: |0\n  x\n",
      "f.yaml:1:5: error: expected the end of the line behind '|' or '>', or an indentation from 1 to 9\n  a: |0\n      ^"
    ),
    (
      "a: * b\n",
      "f.yaml:1:5: error: expected letters or digits as the name of an anchor or alias; quote text that begins with '&' or '*'\n  a: * b\n      ^"
    ),
    (
      "a: \u{1}\n",
      "f.yaml:1:4: error: control character in the text; remove it or write it as an escape in double quotes\n  a: \u{FFFD}\n     ^"
    ),
  ])
  func refused(text: String, message: String) { #expect(yamlMessage(text) == message) }

  @Test(
    arguments: [
      ([0xFF, 0xFE, 0x61, 0], "UTF-16"), ([0xFE, 0xFF, 0, 0x61], "UTF-16"), ([0x61, 0, 0x3A, 0], "UTF-16"),
      ([0, 0x61, 0, 0x3A], "UTF-16"), ([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0], "UTF-32"),
      ([0, 0, 0, 0x61], "UTF-32"),
    ] as [([UInt8], String)])
  func otherEncodingsAreNamed(bytes: [UInt8], name: String) {
    #expect(throws: YAMLError(.notUTF8(encoding: name), at: SourceText(path: "f", bytes: bytes).place(at: 0)))
    {
      try YAMLDocument(SourceText(path: "f", bytes: bytes))
    }
  }

  @Test func invalidUTF8HasAPlace() throws {
    let source = SourceText(path: "f", bytes: Array("a: é\nb: x".utf8) + [0xC3, 0x28])
    let error = try #require(throws: YAMLError.self) { try YAMLDocument(source) }
    #expect(error.diagnostic.sentence == "this byte is not valid UTF-8; save the file as UTF-8")
    #expect(error.place.line == 2 && error.place.column == 5)
  }

  @Test func anAliasBombIsRefused() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      let items = [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(items)]\n"
    }
    #expect(
      yamlMessage(text).hasPrefix(
        "f.yaml:6:45: error: the file has more than 1000000 values when its aliases are expanded\n"))
  }

  @Test(arguments: [
    (
      String(repeating: "[", count: 100_000),
      "f.yaml:1:65: error: lists and mappings are nested more than 64 deep"
    ),
    (
      (0..<70).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
      "f.yaml:65:65: error: lists and mappings are nested more than 64 deep"
    ),
    (
      "a: &a " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40) + "\nb: "
        + String(repeating: "[", count: 40) + "*a" + String(repeating: "]", count: 40),
      "f.yaml:2:44: error: lists and mappings are nested more than 64 deep"
    ),
  ])
  func deepNestingIsRefused(text: String, message: String) {
    #expect(yamlMessage(text).prefix { $0 != "\n" } == message)
  }

  @Test func sizesAreLimited() {
    let limits = YAMLLimits(bytes: 20, scalarLength: 4)
    #expect(
      yamlMessage(String(repeating: "x", count: 21), limits: limits).hasPrefix(
        "f.yaml:1:1: error: the file has 21 bytes, at most 20 are read; split it into several files\n"))
    #expect(
      yamlMessage("a: xyzzy", limits: limits)
        == "f.yaml:1:4: error: this text has 5 bytes, at most 4 are read\n  a: xyzzy\n     ^")
  }

  @Test func damagedTextNeverTraps() {
    let text = Array(
      "a: &x [1, 'q', \"\\u00e9\"]\nb: {c: *x, d: !!str 3}\ne: |\n  lit\n  é\nf: >-\n  fold\n".utf8)
    let marks = Array("&*[]{}'\"|>:-#!? \n\t\\%".utf8)
    var random = SplitMix(seed: 7)
    for _ in 0..<20_000 {
      var bytes = text
      for _ in 0...Int(random.next() % 4) {
        let index = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 3 {
        case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: index)
        default: bytes.insert(marks[Int(random.next() % UInt64(marks.count))], at: index)
        }
      }
      guard let document = try? YAMLDocument(SourceText(path: "f", bytes: bytes)) else {
        continue
      }
      checkRanges(document.root, within: 0..<bytes.count)
    }
  }

  private func checkRanges(_ node: YAMLNode, within range: Range<Int>) {
    #expect(node.offset <= node.endOffset && range.contains(node.offset) || node.offset == range.upperBound)
    if let scalar = node.scalar {
      for index in 0...scalar.text.utf8.count {
        if let offset = scalar.sourceOffset(ofCharacterAt: index) { #expect(0...range.upperBound ~= offset) }
      }
    }
    for child in (node.sequence ?? []) + (node.mapping ?? []).flatMap({ [$0.key, $0.value] }) {
      checkRanges(child, within: range)
    }
  }
}
