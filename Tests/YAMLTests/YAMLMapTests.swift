import Diagnostics
import Testing

@testable import YAML

@Suite struct YAMLMapTests {
  private enum Safety: String, CaseIterable { case exact, approximate }

  private func map(_ text: String) throws -> YAMLMap { try YAMLMap(try yaml(text), as: "rule") }

  @Test func gettersReadWhatIsThere() throws {
    let map = try map(
      "id: x\nbig: 3\neps: 1e-5\non: true\ntags: [p, q]\ntype: C\nm: {k: v}\nsafety: exact\nnone:\n")
    #expect(map.keys.first == "id" && map.keys.count == 9)
    #expect(try map.requiredString("id") == "x")
    #expect(try map.string("absent") == nil && map.value("none")?.isNull == true)
    #expect(try map.integer("big") == 3 && map.number("big") == 3 && map.number("eps") == 1e-5)
    #expect(try map.boolean("on") == true)
    #expect(try map.strings("tags")?.map(\.text) == ["p", "q"] && map.strings("type")?.map(\.text) == ["C"])
    #expect(try map.map("m", as: "thing")?.string("k") == "v")
    #expect(try map.choice("safety", of: Safety.self) == .exact)
    #expect(try map.sequence("tags")?.count == 2)
    #expect(map.keyNode("big")?.place.line == 2)
  }

  @Test func unknownKeysAreAllTold() throws {
    let map = try map("id: x\nbototm: 1\nzzz: 2\n")
    let errors = map.unknownKeys(allowed: ["id", "bottom", "top"])
    #expect(
      errors.map(\.diagnostic.text) == [
        "f.yaml:2:1: error: unknown key 'bototm'; did you mean 'bottom'?\n  bototm: 1\n  ^",
        "f.yaml:3:1: error: unknown key 'zzz'; expected 'bottom' or 'top'\n  zzz: 2\n  ^",
      ])
    #expect(throws: errors[0]) { try map.rejectUnknownKeys(allowed: ["id", "bottom", "top"]) }
    try map.rejectUnknownKeys(allowed: ["id", "bototm", "zzz"])
  }

  enum Getter: Sendable {
    case string, requiredString, boolean, integer, number, sequence, map, strings, choice
  }

  private func read(_ map: YAMLMap, _ getter: Getter) throws {
    switch getter {
    case .string: _ = try map.string("id")
    case .requiredString: _ = try map.requiredString("id")
    case .boolean: _ = try map.boolean("id")
    case .integer: _ = try map.integer("id")
    case .number: _ = try map.number("id")
    case .sequence: _ = try map.sequence("id")
    case .map: _ = try map.map("id", as: "m")
    case .strings: _ = try map.strings("id")
    case .choice: _ = try map.choice("id", of: Safety.self)
    }
  }

  @Test(
    arguments: [
      (
        "id: [a]", .string,
        "f.yaml:1:5: error: expected a string for 'id', found a list\n  id: [a]\n      ^"
      ),
      (
        "id: 3", .string,
        "f.yaml:1:5: error: expected a string for 'id', found the number 3\n  id: 3\n      ^"
      ),
      (
        "id: {}", .string,
        "f.yaml:1:5: error: expected a string for 'id', found a mapping\n  id: {}\n      ^"
      ),
      (
        "id:", .string,
        "f.yaml:1:4: error: expected a string for 'id', found nothing\n  id:\n     ^"
      ),
      (
        "id: yes", .boolean,
        "f.yaml:1:5: error: expected true or false for 'id', found the string 'yes'\n  id: yes\n      ^"
      ),
      (
        "id: 1.5", .integer,
        "f.yaml:1:5: error: expected a whole number for 'id', found the number 1.5\n  id: 1.5\n      ^"
      ),
      (
        "id: true", .number,
        "f.yaml:1:5: error: expected a number for 'id', found the boolean true\n  id: true\n      ^"
      ),
      (
        "id: x", .sequence,
        "f.yaml:1:5: error: expected a list for 'id', found the string 'x'\n  id: x\n      ^"
      ),
      (
        "id: x", .map,
        "f.yaml:1:5: error: expected a mapping for 'id', found the string 'x'\n  id: x\n      ^"
      ),
      (
        "id: [a, 1]", .strings,
        "f.yaml:1:9: error: expected a string in the list of 'id', found the number 1\n  id: [a, 1]\n          ^"
      ),
      (
        "id: 7", .strings,
        "f.yaml:1:5: error: expected a string or a list of strings for 'id', found the number 7\n  id: 7\n      ^"
      ),
      (
        "id: exakt", .choice,
        "f.yaml:1:5: error: expected 'exact' or 'approximate' for 'id', found 'exakt'; did you mean 'exact'?\n"
          + "  id: exakt\n      ^"
      ),
      (
        "x: 1", .requiredString,
        "f.yaml:1:1: error: key 'id' is missing in this rule\n  x: 1\n  ^"
      ),
    ] as [(String, Getter, String)])
  func wrongKinds(text: String, getter: Getter, message: String) throws {
    let map = try map(text)
    let error = try #require(throws: YAMLError.self) { try read(map, getter) }
    #expect(error.diagnostic.text == message)
  }

  @Test(arguments: [
    ("[a]", "f.yaml:1:1: error: expected a mapping as rule, found a list\n  [a]\n  ^"),
    ("? [a]\n: 1\n", "f.yaml:1:3: error: expected a word as key, found a list\n  ? [a]\n    ^"),
  ])
  func whatIsNoMapOfWords(text: String, message: String) throws {
    let error = try #require(throws: YAMLError.self) { try map(text) }
    #expect(error.diagnostic.text == message)
  }
}
