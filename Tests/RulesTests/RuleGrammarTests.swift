import Testing

@testable import RuleModel
@testable import Rules

/// The table of keys says what decoding does: required keys are required, all others are not, and none is unknown.
@Suite struct RuleGrammarTests {
  private static let rule = [
    "id": "r", "summary": "S.", "documentation": "D.", "tags": "[a]", "safety": "exact", "phase": "TEST",
    "syntax": "current", "tolerance": "0.5", "default": "off", "passes": "2", "measure": "1",
    "priority": "1", "once": "true", "quiet": "true", "allow": "[other-consumer]",
    "parameters": "{p: {type: number, default: 1, where: p > 0, summary: S.}}",
    "match":
      "{conv: {type: Convolution}, bn: {type: BatchNorm, name: '*', included: true, bottom: conv, where: true}}",
    "where": "true", "let": "{s: 1}", "transform": "[{set: conv.convolution_param.group, to: 1}]",
    "rewrite": "{keep: conv, remove: bn}", "tests": "[]",
  ]
  private static let report = [
    "severity": "error", "because": "so", "remedy": "this", "help": "https://example.org", "at": "bn",
    "source": "a manual", "date": "2026-11-29", "evidence": "tested",
  ]
  private static let layout = [
    "id": "l", "type": "BN", "when": "true", "blobs": "[gamma]", "epsilon": "1", "stored_statistics": "true",
    "axis": "1", "axis_count": "1", "scale": "1", "shift": "1", "refuse": "R.", "warn": "W.",
    "warn_when": "true", "assume": "true",
  ]
  private static let test = [
    "name": "n", "net": "''", "parameters": "{p: 2}", "weights": "{bn: [p, [1, 2]]}", "expect": "unmatched",
  ]

  private func text(_ shape: RuleShape, _ values: [String: String], without key: String) -> String {
    // A rule rewrites or reports, and a measure is one of passes.
    let entries = shape.names.filter {
      $0 != key && !(shape.name == "rule" && $0 == "report") && !(key == "passes" && $0 == "measure")
    }.map {
      "\($0): \(values[$0] ?? "?")"
    }
    return "{\(entries.joined(separator: ", "))}"
  }

  private func file(_ shape: RuleShape, without key: String = "") -> String {
    switch shape.name {
    case "rule": "schema: 1\nrules:\n  - \(text(shape, Self.rule, without: key))\n"
    case "layout": "schema: 1\nlayouts:\n  - \(text(shape, Self.layout, without: key))\n"
    case "report":
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match: {bn: {type: BatchNorm}}
          report: \(text(shape, Self.report, without: key))
      """
    default:
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          parameters: {p: {type: number, default: 1, summary: S.}}
          match: {bn: {type: BatchNorm}}
          rewrite: {remove: bn}
          tests: [\(text(shape, Self.test, without: key))]
      """
    }
  }

  private static let shapes = [RuleGrammar.rule, RuleGrammar.report, RuleGrammar.layout, RuleGrammar.test]

  @Test(arguments: shapes.map(\.name))
  func everyKeyIsRead(name: String) throws {
    let shape = try #require(Self.shapes.first { $0.name == name })
    #expect(checkRules(file(shape)).errors.map(\.diagnostic.headline) == [])
  }

  @Test(arguments: shapes.flatMap { shape in shape.keys.map { (shape.name, $0.name) } })
  func requiredKeysAreThoseOfTheTable(name: String, key: String) throws {
    let shape = try #require(Self.shapes.first { $0.name == name })
    let isRequired =
      try #require(shape.keys.first { $0.name == key }).isRequired || name == "rule" && key == "rewrite"
    let errors = checkRules(file(shape, without: key)).errors.map(\.diagnostic.sentence)
    #expect(errors == (isRequired ? ["key '\(key)' is missing in this \(name)"] : []))
  }

  @Test func everyKeyHasASentence() {
    let shapes =
      Self.shapes + [
        RuleGrammar.file, RuleGrammar.capture, RuleGrammar.bottom, RuleGrammar.assignment,
        RuleGrammar.rewrite, RuleGrammar.parameter,
        RuleGrammar.template, RuleGrammar.expectation, RuleGrammar.refusal, RuleGrammar.reported,
        RuleGrammar.target, RuleGrammar.targetTypes, RuleGrammar.targetOperators, RuleGrammar.targetFields,
        RuleGrammar.targetLimits,
      ]
    for key in shapes.flatMap(\.keys) { #expect(key.summary.hasSuffix("."), "\(key.name)") }
  }
}
