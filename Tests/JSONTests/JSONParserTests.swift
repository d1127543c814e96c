import Diagnostics
import Testing

@testable import JSON

/// What is JSON is read as it stands; what is not gives a message with its place.
@Suite struct JSONParserTests {
  private func parse(_ text: String) throws(JSONError) -> JSONNode {
    try JSONParser.parse(SourceText(path: "plan.json", bytes: Array(text.utf8)))
  }

  private func message(_ bytes: [UInt8]) -> String? {
    do throws(JSONError) {
      _ = try JSONParser.parse(SourceText(path: "plan.json", bytes: bytes))
      return nil
    } catch {
      return error.diagnostic.text
    }
  }

  /// The value written again.
  private func value(_ node: JSONNode) -> JSONValue {
    switch node.content {
    case .null: .null
    case .boolean(let value): .boolean(value)
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .string(let value): .string(value)
    case .array(let items): .array(items.map(value))
    case .object(let members): .object(members.map { ($0.key, value($0.value)) })
    }
  }

  @Test(arguments: [
    "null\n", "true\n", "-12\n", "1.5\n", "\"a\\\"\\\\\\n\\t\\u0001é\"\n", "[]\n", "{}\n",
    "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": \"\"\n}\n",
  ])
  func whatIsWrittenIsReadAndWrittenAgain(text: String) throws {
    #expect(value(try parse(text)).text == text)
  }

  @Test func escapesAreUndone() throws {
    #expect(try parse(#""\u00e9\ud83d\ude00\/\b\f""#).string(for: "x") == "é😀/\u{8}\u{c}")
  }

  @Test func aByteOrderMarkIsNoText() throws {
    #expect(try JSONParser.parse(SourceText(path: "", bytes: [0xEF, 0xBB, 0xBF, 0x31])).count(for: "x") == 1)
  }

  @Test(arguments: [
    ("", "plan.json:1:1: error: expected a value, found the end of the text\n  \n  ^"),
    ("{\"a\": 1,}", "plan.json:1:9: error: expected a key in quotes, found '}'\n  {\"a\": 1,}\n          ^"),
    ("[1 2]", "plan.json:1:4: error: expected ',' or ']', found '2'\n  [1 2]\n     ^"),
    ("{\"a\" 1}", "plan.json:1:6: error: expected ':', found '1'\n  {\"a\" 1}\n       ^"),
    ("[1]\n]", "plan.json:2:1: error: expected the end of the text, found ']'\n  ]\n  ^"),
    ("[nul]", "plan.json:1:2: error: expected a value, found 'nul'\n  [nul]\n   ^"),
    ("[// no\n]", "plan.json:1:2: error: expected a value, found '/'\n  [// no\n   ^"),
    ("[01]", "plan.json:1:2: error: '01' is no number of JSON\n  [01]\n   ^"),
    ("[1.]", "plan.json:1:2: error: '1.' is no number of JSON\n  [1.]\n   ^"),
    ("[1e999]", "plan.json:1:2: error: '1e999' is no number of JSON\n  [1e999]\n   ^"),
    ("[-]", "plan.json:1:2: error: '-' is no number of JSON\n  [-]\n   ^"),
    ("[\"a]", "plan.json:1:2: error: this string has no closing quote on its line\n  [\"a]\n   ^"),
    (
      "[\"a\tb\"]",
      "plan.json:1:4: error: a control character stands in this string; write it as '\\u00XX'\n  [\"a\tb\"]\n     ^"
    ),
    (
      "[\"\\x\"]",
      "plan.json:1:3: error: '\\x' is no escape of JSON; use \\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\uXXXX\n  [\"\\x\"]\n    ^"
    ),
    (
      "[\"\\ud800\"]",
      "plan.json:1:3: error: '\\ud800' is no escape of JSON; use \\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\uXXXX\n  [\"\\ud800\"]\n    ^"
    ),
    (
      "{\"a\": 1,\n \"a\": 2}",
      "plan.json:2:2: error: 'a' occurs twice in this object; first in line 1\n   \"a\": 2}\n   ^"
    ),
  ])
  func whatIsWrongIsSaidWithItsPlace(text: String, expected: String) {
    #expect(message(Array(text.utf8)) == expected)
  }

  @Test func bytesThatAreNoTextAreRefused() {
    #expect(
      message([0x22, 0xFF, 0x22]) == "plan.json:1:1: error: this string is not UTF-8\n  \"\u{FFFD}\"\n  ^")
    #expect(message([0x00]) == "plan.json:1:1: error: expected a value, found the byte 0\n  \u{FFFD}\n  ^")
  }

  @Test func nestingHasALimit() throws {
    let deep = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
    #expect(throws: Never.self) { try parse(deep) }
    let text = String(repeating: "[", count: 200_000)
    #expect(
      message(Array(text.utf8))?.hasPrefix(
        "plan.json:1:33: error: lists and objects are nested more than 32 deep\n") == true)
  }

  @Test func everyCutTextIsRefusedAndNoneCrashes() {
    let text = Array("{\"a\": [1, -2.5e3, \"\\u00e9\\n\"], \"b\": {\"c\": null, \"d\": true}}".utf8)
    for end in 0..<text.count { #expect(message(Array(text[..<end])) != nil) }
    for index in text.indices {
      for byte: UInt8 in [0x00, 0x22, 0x5C, 0x7B, 0xFF] {
        var broken = text
        broken[index] = byte
        _ = message(broken)
      }
    }
  }

  @Test(arguments: [
    (
      "{\"aply\": 1}",
      "plan.json:1:2: error: 'aply' is not known in 'rewrites'; did you mean 'apply'?\n  {\"aply\": 1}\n   ^"
    ),
    (
      "{\"zzz\": 1}",
      "plan.json:1:2: error: 'zzz' is not known in 'rewrites'; there are 'apply', 'key'\n  {\"zzz\": 1}\n   ^"
    ),
    (
      "{\"apply\": 1}",
      "plan.json:1:1: error: 'rewrites' needs 'key', which is missing\n  {\"apply\": 1}\n  ^"
    ),
    (
      "{\"key\": \"\", \"apply\": \"no\"}",
      "plan.json:1:22: error: expected true or false for 'apply', found the string 'no'\n  {\"key\": \"\", \"apply\": \"no\"}\n                       ^"
    ),
    ("[]", "plan.json:1:1: error: expected an object for 'rewrites', found a list\n  []\n  ^"),
  ])
  func valuesOfTheWrongKindAreNamed(text: String, expected: String) {
    let error = #expect(throws: JSONError.self) {
      let object = try parse(text).object(for: "rewrites", keys: ["apply", "key"])
      _ = try object.required("key").string(for: "key")
      _ = try object.required("apply").boolean(for: "apply")
    }
    #expect(error?.diagnostic.text == expected)
  }

  @Test func shortListsAndObjectsStandOnOneLineWhenAskedTo() {
    let value: JSONValue = ["a": ["x": 1, "y": [2, 3]], "b": [["deep": ["z": 1]]], "c": "text"]
    #expect(
      value.text(width: 24)
        == "{\n  \"a\": {\"x\": 1, \"y\": [2, 3]},\n  \"b\": [\n    {\n      \"deep\": {\"z\": 1}\n    }\n  ],\n  \"c\": \"text\"\n}\n"
    )
  }
}
