import Diagnostics
import Foundation
import Rules
import Testing

@testable import Engine

/// The examples of `Documentation/Rules.md` are what they say they are.
@Suite struct DocumentationTests {
  private static var page: String {
    let file = URL(fileURLWithPath: #filePath).appending(path: "../../../Documentation/Rules.md")
      .standardizedFileURL
    return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
  }

  /// The YAML blocks of the page.
  private static var examples: [String] {
    page.components(separatedBy: "```yaml\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
  }

  @Test func everyExampleIsCheckedAndItsTestsPass() throws {
    let builtin = try BuiltinRules.load()
    #expect(Self.examples.count >= 7)
    for example in Self.examples {
      let file = try RuleFile(
        SourceText(path: "Rules.md", bytes: Array(example.utf8)), kernels: KernelRegistry.signatures,
        reasons: Refusal.Reason.codes)
      for rule in file.rules {
        let outcomes = RuleTestRunner.run(rule, layouts: builtin.layouts + file.layouts)
        #expect(!outcomes.isEmpty, "example '\(rule.id)' has no tests")
        for outcome in outcomes {
          #expect(outcome.failure == nil, "example '\(rule.id)', test '\(outcome.test.name)'")
        }
      }
    }
  }

  @Test func everyReasonAndEveryKernelIsDescribed() {
    for word in Refusal.Reason.codes + KernelRegistry.signatures.map(\.name) {
      #expect(Self.page.contains("`\(word)`") || Self.page.contains("kernel: \(word)"), "'\(word)'")
    }
  }
}
