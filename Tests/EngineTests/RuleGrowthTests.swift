import Engine
import Testing

/// Rules that would make layers without end.
@Suite struct RuleGrowthTests {
  private static let net = layer("a", "T0", "data", "b") + layer("z", "ReLU", "b", "z")

  /// What a run by the rules ends with.
  private func message(_ rules: String) throws -> String {
    let error = try #require(throws: PlanError.self) {
      _ = try plan("input: \"data\"\n" + Self.net, rules: "schema: 1\nrules:\n" + rules)
    }
    return error.diagnostic.text
  }

  /// A rule that makes two layers of one.
  private func doubling(_ id: String, _ type: String, _ made: String) -> String {
    "  - {id: \(id), summary: S., match: {a: {type: \(type)}}, rewrite: {replace: a, with: [{type: \(made)}, {type: \(made)}]}}\n"
  }

  @Test func aRuleThatMatchesItsOwnNewLayerIsNamed() throws {
    #expect(
      try message(doubling("r", "T0", "T0"))
        == "error: rule 'r' matches its own result at layer 'a_t0' and would never end; narrow its 'match'")
  }

  @Test func layersThatDoubleInEveryGenerationAreCounted() throws {
    let rules = (0..<40).map { doubling("r\($0)", "T\($0)", "T\($0 + 1)") }.joined()
    let message = try message(rules)
    let start = "error: the rules made more than 10032 new layers, the limit for this net; rule 'r"
    let end = "'; make fewer layers in each rewrite, or narrow the 'match' of the rule"
    #expect(message.hasPrefix(start) && message.hasSuffix(end), "\(message)")
  }

  @Test func whatStaysBelowTheLimitIsDone() throws {
    let rules = (0..<12).map { doubling("r\($0)", "T\($0)", "T\($0 + 1)") }.joined()
    let plan = try plan("input: \"data\"\n" + Self.net, rules: "schema: 1\nrules:\n" + rules)
    #expect(plan.names.count == 4097)
  }
}
