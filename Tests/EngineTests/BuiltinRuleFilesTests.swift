import RuleModel
import Rules
import Testing
import Verification

@testable import Engine

@Suite struct BuiltinRuleFilesTests {
  /// What a run has of the rules, places included.
  private func described(_ rules: [Rule]) -> [String] {
    rules.map { rule in
      "\(rule.id) \(rule.place) \(rule.priority) \(rule.tags) \(rule.pattern.captures.map(\.name)) \(rule.transforms.count)"
    }
  }

  @Test func whatRunsNeedIsTheWholeWithoutTestsAndDocumentation() throws {
    let whole = try BuiltinRules.load()
    let toRun = try BuiltinRules.load(.toRun)
    #expect(described(toRun.rules) == described(whole.rules.filter { $0.kind == .rewriting }))
    #expect(toRun.layouts.map(\.id) == whole.layouts.map(\.id))
    #expect(toRun.rules.allSatisfy { $0.tests.isEmpty && $0.documentation.isEmpty })
    #expect(whole.rules.allSatisfy { !$0.tests.isEmpty })
  }

  @Test func filesOfRulesThatDoNotRunByThemselvesAreLeftOut() throws {
    func selected(_ extent: BuiltinRuleFiles.Extent) throws -> [String] {
      let (rules, layouts) = try BuiltinRules.load(extent)
      return described(try RuleSet(rules, layouts: layouts).rules)
    }
    #expect(try selected(.toRunByDefault) == selected(.whole))
    let paths = BuiltinRuleFiles.sources(.toRunByDefault).map(\.path)
    #expect(paths.contains("rules/layouts.yaml"))
    #expect(!paths.contains { $0.hasPrefix("rules/preprocess/") || $0.hasPrefix("rules/expand-forks/") })
    #expect(try selected(.toRunByDefaultOnForks) == selected(.whole))
    let onForks = BuiltinRuleFiles.sources(.toRunByDefaultOnForks).map(\.path)
    #expect(onForks.contains("rules/expand-forks/activations.yaml"))
    #expect(!onForks.contains("rules/expand-forks/expand-forks.yaml"))
  }

  @Test func checksHaveFilesOfTheirOwn() throws {
    let checks = BuiltinRuleFiles.sources(.toCheck).map(\.path)
    #expect(checks.contains("rules/layouts.yaml") && checks.contains { $0.hasPrefix("rules/checks/") })
    for rule in try BuiltinRules.load().rules {
      #expect((rule.kind == .reporting) == (rule.set == RuleSet.defaultTag(of: .reporting)), "\(rule.id)")
    }
    #expect(try BuiltinRules.load(.toRunByDefault).rules.allSatisfy { $0.kind == .rewriting })
    #expect(BuiltinRuleFiles.sources(.whole).allSatisfy { !$0.path.hasPrefix("rules/targets/") })
  }
}
