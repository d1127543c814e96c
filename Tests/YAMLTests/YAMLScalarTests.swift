import Diagnostics
import Testing

@testable import YAML

@Suite struct YAMLScalarTests {
  /// The scalar under the first key, and the text of its file.
  private func scalar(_ text: String) throws -> (YAMLScalar, [UInt8]) {
    (try #require(try yaml(text).mapping?.first?.value.scalar), Array(text.utf8))
  }

  @Test(arguments: [
    "a: x + foo.bar[0]", "a: 'x + é * 2'", "a: \"x + é * 2\"", "a: 'attr(g, ''p.q'', 1)'",
    #"a: "f(\"x\") \\ y""#,
    "a: |\n  x +\n    y\n\n  z\n", "a: |2- # note\n    x\n  y\n", "a: >\n  x +\n  y\n\n  z\n",
    "a: x +\n  y\n  - z",
    "a: 'x\n  y'", "a: \"x\n  y\"", "a: \"x\\\n  y\"", "a: &anchor !!str  x y", "# é\nü: |\n  é b\n",
    "a: !!str # note\n  x y", "a: |\r\n  x\r\n  y\r\n",
  ])
  func visibleBytesMapToTheirPlace(text: String) throws {
    let (scalar, bytes) = try scalar(text)
    var last = -1
    for (index, byte) in scalar.text.utf8.enumerated() where !byte.isYAMLSpace {
      let offset = try #require(scalar.sourceOffset(ofCharacterAt: index))
      let atEscape = bytes[offset] == UInt8(ascii: "\\") && scalar.style == .doubleQuoted
      #expect(bytes[offset + (atEscape ? 1 : 0)] == byte && offset > last)
      last = offset
    }
  }

  @Test(
    arguments: [
      ("a: x  y", 1, 4), ("a: x  y", 2, 5), ("a: x", 1, 4), ("a: 'x '", 2, 6), ("a: ' x'", 0, 4),
      ("a: |\n  x\n    y\n", 2, 11), ("a: |\n  x\n    y\n", 5, 14), ("a: |\n  x\n", 1, 8),
      ("a: |\n  x\n", 2, 8),
      ("a: |\n\n  x", 0, nil), (#"a: "\tx""#, 1, nil), (#"a: "x\x41y""#, 2, nil), ("a: x", 2, nil),
      ("a: x", -1, nil),
    ] as [(String, Int, Int?)])
  func whiteSpaceEndsAndEscapes(text: String, index: Int, offset: Int?) throws {
    #expect(try scalar(text).0.sourceOffset(ofCharacterAt: index) == offset)
  }

  @Test(
    arguments: [
      ("", .null), ("~", .null), ("null", .null), ("NULL", .null), ("true", .boolean(true)),
      ("False", .boolean(false)),
      ("yes", .string("yes")), ("no", .string("no")), ("on", .string("on")), ("Off", .string("Off")),
      ("tRUE", .string("tRUE")), ("12", .integer(12)), ("-7", .integer(-7)), ("+3", .integer(3)),
      ("0o17", .integer(15)),
      ("0xfF", .integer(255)), ("0x", .string("0x")), ("0x-1", .string("0x-1")), ("0o8", .string("0o8")),
      ("1.5", .number(1.5)), ("1.", .number(1)), (".5", .number(0.5)), ("1e-5", .number(1e-5)),
      ("-2E+3", .number(-2000)),
      (".", .string(".")), ("+", .string("+")), ("-", .string("-")), ("1e", .string("1e")),
      ("1.2.3", .string("1.2.3")),
      ("1_000", .string("1_000")), ("inf", .string("inf")), ("nan", .string("nan")),
      (".inf", .number(.infinity)),
      ("-.Inf", .number(-.infinity)), ("99999999999999999999", .number(1e20)), ("0b1", .string("0b1")),
      ("1:30", .string("1:30")), ("1e999", .number(.infinity)), ("012", .integer(12)),
    ] as [(String, YAMLCoreValue)])
  func plainScalarsFollowTheCoreSchema(text: String, value: YAMLCoreValue) {
    #expect(YAMLCoreValue(plain: text) == value)
  }

  @Test func notANumber() {
    guard case .number(let value) = YAMLCoreValue(plain: ".nan") else {
      Issue.record(".nan is a number")
      return
    }
    #expect(value.isNaN)
  }

  @Test func quotesAndTagsDecide() throws {
    let nodes = try #require(try yaml("['3', \"true\", !!str 3, !!int \"3\", !!float 3, ! 3, 3]").sequence)
    #expect(nodes.map(\.string) == ["3", "true", "3", nil, nil, "3", nil])
    #expect(nodes.map(\.integer) == [nil, nil, nil, 3, nil, nil, 3])
    #expect(nodes.map(\.number) == [nil, nil, nil, 3, 3, nil, 3])
    #expect(nodes[1].boolean == nil && !nodes[0].isNull)
  }
}
