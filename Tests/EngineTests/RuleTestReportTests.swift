import Diagnostics
import RuleModel
import Rules
import Testing

@testable import Engine

/// Runs of the tests inside rules: what fails them, and how it is told.
@Suite struct RuleTestReportTests {
  /// The report on a rule that removes ReLUs, with these tests.
  private func report(_ tests: String) throws -> RuleTestReport {
    let text = """
      schema: 1
      rules:
        - id: no-relu
          summary: S.
          match: {relu: {type: ReLU, where: "not relu.name == 'keep'"}}
          rewrite: {remove: relu}
          tests:\(tests)
      """
    let file = try RuleFile(
      SourceText(path: "my.yaml", bytes: Array(text.utf8)), kernels: [], reasons: Refusal.Reason.codes)
    return RuleTestReport(running: file.rules, layouts: [])
  }

  private func test(_ name: String, _ layer: String, _ expect: String) -> String {
    """

            - name: \(name)
              net: |
                input: "data"
                layer { name: "\(layer)" type: "ReLU" bottom: "data" top: "a" }
                layer { name: "end" type: "TanH" bottom: "a" top: "end" }
              expect: \(expect)
    """
  }

  @Test func testsThatPassAreNoErrors() throws {
    let report = try report(
      test("removed", "a", "{layers: [end]}") + test("just rewritten", "a", "rewritten")
        + test("stays", "keep", "{refused: {at: keep, reason: condition}}"))
    #expect(report.errors == [])
    #expect(report.summary == "3 tests of 1 rule: 3 passed")
  }

  @Test(arguments: [
    ("a", "{layers: [a, end]}", "expected the layers a, end, found end"),
    ("a", "unmatched", "the rule rewrote the net; the layers left are end"),
    ("a", "{refused: {reason: phase}}", "the rule rewrote the net; the layers left are end"),
    (
      "keep", "{refused: {reason: phase}}",
      "expected the refusal 'phase', found 'condition': the rule's condition 'not relu.name == 'keep'' does not hold (my.yaml:5:39)"
    ),
    (
      "keep", "rewritten",
      "the rule rewrote nothing: the rule's condition 'not relu.name == 'keep'' does not hold (my.yaml:5:39)"
    ),
    (
      "keep", "{refused: {at: end, reason: condition}}",
      "the rule refused nothing at 'end'; it refused 'keep': the rule's condition 'not relu.name == 'keep'' does not hold (my.yaml:5:39)"
    ),
  ])
  func aTestThatFailsSaysWhatHappenedInstead(layer: String, expect: String, expected: String) throws {
    let report = try report(test("t", layer, expect))
    #expect(report.errors.map(\.sentence) == ["test 't' of rule 'no-relu': \(expected)"])
    #expect(report.summary == "1 test of 1 rule: 0 passed, 1 failed")
    guard case .text(let place) = report.errors[0].location else {
      Issue.record("no place")
      return
    }
    #expect(place.description == "my.yaml:8:11")
  }

  @Test func aNetThatCannotBeReadFailsItsTest() throws {
    let report = try report("\n      - {name: t, net: 'layer {', expect: unmatched}")
    #expect(report.errors.count == 1)
    #expect(report.errors[0].sentence.hasPrefix("test 't' of rule 'no-relu': my.yaml:8:9 (t):1:8: error: "))
  }

  @Test func aRuleWithoutTestsIsAnError() throws {
    let report = try report(" []")
    #expect(
      report.errors.map(\.text) == [
        """
        my.yaml:3:5: error: rule 'no-relu' has no tests; add some under 'tests'
            - id: no-relu
              ^
        """
      ])
    #expect(report.summary == "0 tests of 1 rule: 0 passed, 1 rule without tests")
  }

  @Test func aRunWithoutRulesIsAnError() {
    let report = RuleTestReport(running: [], layouts: [])
    #expect(report.errors.map(\.text) == ["error: no test ran: there is no rule to test"])
  }
}
