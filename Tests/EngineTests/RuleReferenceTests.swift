import Diagnostics
import Engine
import Foundation
import RuleModel
import Rules
import Testing
import Verification

/// What is made of rules for readers.
@Suite struct RuleReferenceTests {
  private func described(_ text: String) throws -> String {
    let file = try RuleFile(
      SourceText(path: "my.yaml", bytes: Array(text.utf8)), kernels: KernelRegistry.signatures,
      reasons: Refusal.Reason.codes)
    return RuleDescription(try #require(file.rules.first), kernels: KernelRegistry.signatures).text
  }

  @Test func thePageOfTheBuiltInRulesIsCurrent() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(
      contentsOf: root.appending(path: "Documentation/BuiltinRules.md"), encoding: .utf8)
    let isCurrent = page == (try BuiltinRules.reference())
    #expect(isCurrent, "run 'make reference'")
  }

  @Test func thePageOfTheKeysIsCurrent() throws {
    let page = URL(fileURLWithPath: #filePath).appending(path: "../../../Documentation/RuleKeys.md")
      .standardizedFileURL
    let isCurrent = KeyReference.markdown == (try String(contentsOf: page, encoding: .utf8))
    #expect(isCurrent, "run 'make reference'")
    #expect(!KeyReference.markdown.contains("a mapping"), "a kind of mapping has no section")
  }

  @Test func everyBuiltInRuleHasTestsAndTheTagOfItsSet() throws {
    for rule in try BuiltinRules.load().rules {
      let set = try #require(rule.set, "\(rule.source.path) is in no set")
      #expect(rule.tags.contains(set), "\(rule.id)")
      #expect(!rule.tests.isEmpty, "\(rule.id)")
    }
  }

  /// What users read is a sentence, whichever condition it is that does not hold.
  @Test func everyConditionOfABuiltInRewriteIsExplained() throws {
    for rule in try BuiltinRules.load().rules where rule.kind == .rewriting {
      for condition in rule.pattern.captures.flatMap(\.conditions) + rule.pattern.conditions {
        let sentence = try #require(condition.explanation, "\(rule.id): \(condition.expression.text)")
        #expect(sentence.first?.isUppercase == false && sentence.last != ".", "\(rule.id): \(sentence)")
      }
    }
  }

  @Test func aRuleIsDescribedInItsAuthorsWords() throws {
    let text = """
      schema: 1
      rules:
        - id: mine
          summary: Does something.
          documentation: |
            Because.
          tags: [a, b]
          allow: shared-parameter
          match:
            conv: {type: Convolution}  # any
            gain:
              type: VendorGain

              bottom: conv
          where: gain.blobs.count == 1
          transform:
            - {kernel: fold-affine, into: conv, scale: "gain.blobs[0]"}
          rewrite: {remove: gain}
          tests:
            - {name: folds, net: '', expect: rewritten}
            - {name: stays, net: '', expect: {refused: {reason: condition}}}
      """
    #expect(
      try described(text) == """
        mine: Does something.

          tags      a, b
          safety    exact
          phase     TEST
          priority  0
          allows    shared-parameter
          file      my.yaml:3:5

        Because.

        Rule
          match:
            conv: {type: Convolution}  # any
            gain:
              type: VendorGain

              bottom: conv
          where: gain.blobs.count == 1
          transform:
            - {kernel: fold-affine, into: conv, scale: "gain.blobs[0]"}
          rewrite: {remove: gain}

        Kernels
        \(kernel)

        Tests
          folds: rewritten
          stays: refused: condition

        """)
  }

  /// The kernel as its signature describes it.
  private var kernel: String {
    let signature = KernelRegistry.signatures.first { $0.name == "fold-affine" }!
    let width = signature.parameters.map(\.name.count).max()! + 2
    let parameters = signature.parameters.map { parameter in
      "    " + parameter.name + String(repeating: " ", count: width - parameter.name.count)
        + parameter.summary
        + (parameter.isRequired ? "" : " Optional.")
    }
    return (["  fold-affine: \(signature.summary)"] + parameters).joined(separator: "\n")
  }

  @Test(arguments: [
    ("approximate", "approximate: runs only with --unsafe"),
    ("conversion", "conversion: changes what the net takes or gives; runs only when it is selected"),
  ])
  func safetyIsExplained(word: String, phrase: String) throws {
    let text = """
      schema: 1
      rules:
        - {id: mine, summary: S., safety: \(word), match: {a: {type: ReLU}}, rewrite: {remove: a}}
      """
    #expect(try described(text).contains("  safety    \(phrase)\n"))
  }

  @Test func whenAndHowOftenItRunsIsDescribed() throws {
    let text = """
      schema: 1
      rules:
        - id: mine
          summary: S.
          tolerance: 0.05
          default: off
          passes: 3
          measure: fc.bottoms.count
          quiet: true
          once: true
          syntax: current
          match: {fc: {type: InnerProduct}}
          rewrite: {remove: fc}
      """
    #expect(
      try described(text).contains(
        """
          priority   0
          tolerance  0.05: the largest relative difference that a rewrite may make
          default    off; runs only when --select or --extend-select names it
          passes     3 over its own results; 'fc.bottoms.count' must be less each time
          quiet      layers that it leaves alone are not reported
          syntax     current; nets of older ones are upgraded first
          once       rewrites a net once at most
          file       my.yaml:3:5

        """))
  }

  @Test func anAliasIsDescribedByWhatItStandsFor() throws {
    let text = """
      schema: 1
      rules:
        - id: first
          summary: S.
          rewrite: &gone
            remove: bn
          match: {bn: {type: BatchNorm}}
        - {id: second, summary: S., match: {bn: {type: BN}}, rewrite: *gone}
      """
    let file = try RuleFile(
      SourceText(path: "my.yaml", bytes: Array(text.utf8)), kernels: [], reasons: [])
    #expect(
      file.rules.map { $0.excerpt("rewrite") } == [
        ["rewrite: &gone", "  remove: bn"], ["rewrite:", "  remove: bn"],
      ])
    #expect(
      file.rules.map { $0.excerpt("match") } == [
        ["match: {bn: {type: BatchNorm}}"], ["match: {bn: {type: BN}}"],
      ])
    #expect(file.rules[0].excerpt("where") == nil)
  }

  // MARK: - The template

  @Test func aNewRulePassesTheCheckAndItsTests() throws {
    let source = SourceText(path: "new.yaml", bytes: Array(try RuleTemplate.text(id: "my-rule-2").utf8))
    let (file, errors) = RuleFile.check(
      source, kernels: KernelRegistry.signatures, reasons: Refusal.Reason.codes)
    #expect(errors.map(\.diagnostic.text) == [])
    #expect(file.rules.map(\.id) == ["my-rule-2"])
    let report = RuleTestReport(running: file.rules, layouts: try BuiltinRules.load().layouts)
    #expect(report.errors == [])
    #expect(report.testCount == 2)
  }

  @Test(arguments: [
    try! ReportTemplate.text(id: "my-check"), try! TargetTemplate.text(id: "my-check"),
  ])
  func aNewReportAndANewTargetPassTheCheckAndTheirTests(text: String) throws {
    let source = SourceText(path: "new.yaml", bytes: Array(text.utf8))
    let (file, errors) = RuleFile.check(
      source, kernels: KernelRegistry.signatures, reasons: Refusal.Reason.codes)
    #expect(errors.map(\.diagnostic.text) == [])
    #expect(file.rules.count == 1 && file.rules[0].report != nil)
    let report = RuleTestReport(running: file.rules, layouts: [])
    #expect(report.errors == [] && report.testCount == 2)
  }

  @Test(arguments: ["", "My rule", "1st", "a: b"])
  func aNewRuleNeedsAnId(id: String) {
    let error = #expect(throws: RuleError.self) { try RuleTemplate.text(id: id) }
    #expect(
      error?.diagnostic.text
        == "error: '\(id)' is not a valid id; use lower-case letters, digits and hyphens, beginning with a letter"
    )
  }
}
