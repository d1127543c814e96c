import Diagnostics
import Testing

@testable import Engine

/// Matches of several rules that have layers in common.
@Suite struct OverlapTests {
  private let data = "input: \"data\"\n"

  private static let rivals = """
    schema: 1
    rules:
      - id: first
        summary: Takes a ReLU with the convolution before it.
        match: {conv: {type: Convolution}, relu: {type: ReLU, bottom: conv}}
        rewrite: {remove: relu}
      - id: second
        summary: Takes a ReLU with the pooling behind it.
        match: {relu: {type: ReLU}, pool: {type: Pooling, bottom: relu}}
        rewrite: {remove: pool}
      - id: small
        summary: Takes a ReLU alone.
        match: {relu: {type: ReLU}}
        rewrite: {remove: relu}
      - id: late
        summary: Waits.
        priority: -1
        match: {relu: {type: ReLU}, pool: {type: Pooling, bottom: relu}}
        rewrite: {remove: pool}
    """

  private func overlaps(_ text: String, _ rules: String, _ records: Bool = true) throws -> Plan {
    var options = PlanOptions()
    options.recordsOverlaps = records
    return try plan(text, rules: rules, options: options)
  }

  @Test func theLoserOfOverlappingMatchesIsRecorded() throws {
    let text =
      data + convolution("c", "data", "c") + layer("r", "ReLU", "c", "r") + layer("p", "Pooling", "r", "p")
    let plan = try overlaps(text, Self.rivals)
    #expect(plan.rewrites.map(\.rule) == ["first"])
    // Not 'small', whose layers are a part of those rewritten, nor 'late', which waits.
    #expect(plan.overlaps == [Overlap(rule: "second", layer: "p", winner: "first", shared: ["r"])])
    #expect(
      plan.reasons(at: "p") == ["rule 'first' comes first and rewrote 'r', which this rule also matched"])
    #expect(plan.refusals.map(\.reason.code) == ["overlap"])
    #expect(try overlaps(text, Self.rivals, false).overlaps == [])
  }

  @Test func aMatchThatComesAboutLaterIsNotLost() throws {
    let text =
      data + convolution("c", "data", "c") + layer("r", "ReLU", "c", "r") + layer("q", "ReLU", "r", "q")
      + layer("p", "Pooling", "q", "p")
    let plan = try overlaps(text, Self.rivals)
    // The first ReLU goes; the second then stands behind the convolution and goes too, before 'second' gets it.
    #expect(plan.rewrites.map(\.rule) == ["first", "first"])
    #expect(plan.overlaps.map(\.rule) == ["second"])
  }

  @Test func theBuiltInRulesDoNotOverlapOnACommonNet() throws {
    let text =
      data + convolution("c", "data", "c") + layer("b", "BatchNorm", "c", "b")
      + layer("s", "Scale", "b", "s", "scale_param { bias_term: true }") + layer("r", "ReLU", "s", "r")
      + layer("d", "Dropout", "r", "d") + convolution("e", "d", "e")
    var options = PlanOptions()
    options.recordsOverlaps = true
    let plan = try plan(text, options: options)
    #expect(plan.rewrites.count == 2)
    #expect(plan.overlaps == [])
  }
}
