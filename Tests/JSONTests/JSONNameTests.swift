import Diagnostics
import JSON
import Testing

@Suite struct JSONNameTests {
  private func parsed(_ text: String) throws -> JSONNode {
    try JSONParser.parse(SourceText(path: "plan.json", bytes: Array(text.utf8)))
  }

  @Test(
    arguments: [
      ("conv\"1", #""conv\"1""#), (Name("e\u{301}"), "\"e\u{301}\""),
      (Name(bytes: [0xBE, 0xED]), #""\\276\\355""#), (Name(#"\276"#), #""\\\\276""#),
    ] as [(Name, String)])
  func namesReadBack(name: Name, text: String) throws {
    #expect(JSONValue.name(name).text == text + "\n")
    #expect(try parsed(text).name(for: "layer") == name)
  }

  @Test func otherEscapesAreNoNames() {
    #expect {
      try parsed(#""\\7""#).name(for: "layer")
    } throws: { error in
      (error as? JSONError)?.diagnostic.sentence
        == #"expected a name with escapes such as '\276' for 'layer', found the string '\7'"#
    }
  }
}
