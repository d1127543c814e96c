import SmallFoundation
import Testing

/// The encoder that the release binary has in the place of Foundation's.
@Suite struct JSONEncoderTests {
  private enum Kind: String, Codable { case flag }

  /// Values of an enum become objects, as the compiler words them.
  private enum Completion: Codable {
    case list(values: [String])
    case none
  }

  private struct Argument: Codable {
    var name: String
    var kind = Kind.flag
    var isOptional = true
    var abstract: String?
    var count = -3
    var completions: [Completion] = []
    var labels: [String: Double] = [:]
    var inner: [Argument]?
  }

  private func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .prettyPrinted
    encoder.outputFormatting.insert(.sortedKeys)
    return try #require(String(data: encoder.encode(value), encoding: .utf8))
  }

  @Test func valuesOfAllKindsAreWritten() throws {
    let argument = Argument(
      name: "a \"b\" é\n", completions: [.list(values: ["x", "y"]), .none], labels: ["half": 0.5],
      inner: [Argument(name: "", abstract: "none")])
    #expect(
      try text(argument) == #"""
        {
          "completions": [
            {
              "list": {
                "values": [
                  "x",
                  "y"
                ]
              }
            },
            {
              "none": {}
            }
          ],
          "count": -3,
          "inner": [
            {
              "abstract": "none",
              "completions": [],
              "count": -3,
              "isOptional": true,
              "kind": "flag",
              "labels": {},
              "name": ""
            }
          ],
          "isOptional": true,
          "kind": "flag",
          "labels": {
            "half": 0.5
          },
          "name": "a \"b\" é\n"
        }

        """#)
  }

  @Test func absentValuesInListsAreNull() throws {
    #expect(try text([1, nil, 3] as [Int?]) == "[\n  1,\n  null,\n  3\n]\n")
  }
}
