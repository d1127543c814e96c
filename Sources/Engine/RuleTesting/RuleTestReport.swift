import CaffeIO
import Diagnostics
import RuleModel

/// What came of one example in a rule or a layer definition.
package struct TestOutcome: Sendable {
  /// What the example shows.
  package let name: String
  /// Where it stands.
  package let place: SourcePlace
  /// What happened instead of what was expected; nil when it passed.
  package let failure: String?

  package init(name: String, place: SourcePlace, failure: String?) {
    self.name = name
    self.place = place
    self.failure = failure
  }
}

/// What came of the tests inside rules and layer definitions.
package struct RuleTestReport: Sendable {
  /// The rules with the outcomes of their tests.
  package let rules: [(rule: Rule, outcomes: [TestOutcome])]
  /// The layer definitions with the outcomes of theirs.
  package let definitions: [(definition: TypeDefinition, outcomes: [TestOutcome])]

  /// Runs the tests of all `rules`.
  ///
  /// - Parameter definitions: layer definitions whose tests have been run.
  package init(
    running rules: [Rule], layouts: [BlobLayout], schema: Schema = .caffe,
    definitions: [(definition: TypeDefinition, outcomes: [TestOutcome])] = []
  ) {
    self.rules = rules.map { ($0, RuleTestRunner.run($0, layouts: layouts, schema: schema)) }
    self.definitions = definitions
  }

  private var outcomes: [TestOutcome] { rules.flatMap(\.outcomes) + definitions.flatMap(\.outcomes) }

  /// How many tests ran.
  package var testCount: Int { outcomes.count }

  /// What keeps the run from being a success: tests that failed, rules without tests, no test at all.
  package var errors: [Diagnostic] {
    var errors: [Diagnostic] = []
    func add(_ outcomes: [TestOutcome], of subject: String) {
      for outcome in outcomes {
        guard let failure = outcome.failure else { continue }
        errors.append(
          Diagnostic(.error, at: .text(outcome.place), "test '\(outcome.name)' of \(subject): \(failure)"))
      }
    }
    for (rule, outcomes) in rules {
      if outcomes.isEmpty {
        errors.append(
          Diagnostic(.error, at: .text(rule.place), "rule '\(rule.id)' has no tests; add some under 'tests'"))
      }
      add(outcomes, of: "rule '\(rule.id)'")
    }
    for (definition, outcomes) in definitions {
      add(outcomes, of: "the definition of \(definition.types[0])")
    }
    if rules.isEmpty, outcomes.isEmpty {
      errors.append(Diagnostic(.error, at: .none, "no test ran: there is no rule to test"))
    }
    return errors
  }

  /// One line about the whole run.
  package var summary: String {
    func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
    let failures = outcomes.count { $0.failure != nil }
    var parts = ["\(testCount - failures) passed"]
    if failures > 0 { parts.append("\(failures) failed") }
    let untestedRules = rules.count { $0.outcomes.isEmpty }
    if untestedRules > 0 { parts.append("\(counted(untestedRules, "rule")) without tests") }
    let untested = definitions.count { $0.outcomes.isEmpty }
    if untested > 0 { parts.append("\(counted(untested, "layer definition")) without tests") }
    var subjects: [String] = []
    if !rules.isEmpty || definitions.isEmpty { subjects.append(counted(rules.count, "rule")) }
    if !definitions.isEmpty { subjects.append(counted(definitions.count, "layer definition")) }
    return
      "\(counted(testCount, "test")) of \(subjects.joined(separator: " and ")): \(parts.joined(separator: ", "))"
  }
}
