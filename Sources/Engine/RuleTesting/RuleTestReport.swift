import CaffeIO
import Diagnostics
import RuleModel

/// What came of the tests inside rules.
package struct RuleTestReport: Sendable {
  /// The rules with the outcomes of their tests.
  package let rules: [(rule: Rule, outcomes: [RuleTestRunner.Outcome])]

  /// Runs the tests of all `rules`.
  package init(
    running rules: [Rule], layouts: [BlobLayout], schema: Schema = .caffe
  ) {
    self.rules = rules.map {
      ($0, RuleTestRunner.run($0, layouts: layouts, schema: schema))
    }
  }

  /// How many tests ran.
  package var testCount: Int { rules.reduce(0) { $0 + $1.outcomes.count } }

  /// What keeps the run from being a success: tests that failed, rules without tests, no test at all.
  package var errors: [Diagnostic] {
    var errors: [Diagnostic] = []
    for (rule, outcomes) in rules {
      if outcomes.isEmpty {
        errors.append(
          Diagnostic(.error, at: .text(rule.place), "rule '\(rule.id)' has no tests; add some under 'tests'"))
      }
      for outcome in outcomes {
        guard let failure = outcome.failure else { continue }
        errors.append(
          Diagnostic(
            .error, at: .text(outcome.test.place),
            "test '\(outcome.test.name)' of rule '\(rule.id)': \(failure)"))
      }
    }
    if rules.isEmpty { errors.append(Diagnostic(.error, at: .none, "no test ran: there is no rule to test")) }
    return errors
  }

  /// One line about the whole run.
  package var summary: String {
    func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
    let failures = rules.flatMap(\.outcomes).count { $0.failure != nil }
    let untested = rules.count { $0.outcomes.isEmpty }
    var parts = ["\(testCount - failures) passed"]
    if failures > 0 { parts.append("\(failures) failed") }
    if untested > 0 { parts.append("\(counted(untested, "rule")) without tests") }
    return
      "\(counted(testCount, "test")) of \(counted(rules.count, "rule")): \(parts.joined(separator: ", "))"
  }
}
