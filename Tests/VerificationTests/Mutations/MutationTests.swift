import Diagnostics
import Foundation
import RuleModel
import Rules
import Testing

@testable import Engine
@testable import Verification

/// Mistakes in the program's rules and kernels: each must be found by `rules prove`, on nets that it makes up, and by the
/// check of every rewrite, on the weights of one net. Documentation/Mutations.md has the table of what found what.
@Suite struct MutationTests {
  static let all: [Mutation] =
    batchNorms + scales + outputSides + inputSides + scalesOfScales + rules

  @Test func thereAreManyAndNoTwoAlike() {
    #expect(Self.all.count >= 45)
    #expect(Set(Self.all.map(\.testDescription)).count == Self.all.count)
  }

  @Test func thePageNamesThemAll() throws {
    let page = try String(
      contentsOf: URL(fileURLWithPath: #filePath).appending(path: "../../../../Documentation/Mutations.md")
        .standardizedFileURL, encoding: .utf8)
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }
    #expect(rows.count == Self.all.count)
    for mutation in Self.all {
      #expect(rows.contains { $0.hasPrefix("| `\(mutation.rule)` | \(mutation.name) |") }, "\(mutation.name)")
    }
  }

  @Test(arguments: all)
  func isFoundByProof(mutation: Mutation) throws {
    var options = ProofOptions.patient
    options.planning = mutation.planning
    let proof = try RuleProver.prove(
      try mutation.changedRule(), layouts: try BuiltinRules.load().layouts, options: options)
    guard case .wrong(let example) = proof.verdict else {
      Issue.record("\(mutation.testDescription): \(proof.word), \(proof.compared) nets compared")
      return
    }
    let layers = example.instance.definition.layers.map(\.type).joined(separator: ", ")
    print("| \(mutation.rule) | \(mutation.name) | prove | net \(proof.compared): \(layers) |")
  }

  @Test(arguments: all)
  func isFoundByTheCheck(mutation: Mutation) throws {
    let example = mutation.net()
    let file = try example.file()
    let plan = try example.plan(file, rule: try mutation.changedRule(), options: mutation.planning)
    #expect(!plan.rewrites.isEmpty)
    let report = try RewriteChecker(plan, weights: file).check()
    let failure = try #require(report.failures.first, "\(mutation.testDescription): \(report.sites)")
    let difference = try #require(failure.unrounded ?? failure.difference)
    print("| \(mutation.rule) | \(mutation.name) | check | \(NumberText.brief(difference.relative)) |")
  }

  /// The same rules and kernels without the mistakes, on the same nets; those whose mistake is to match do not match.
  @Test(arguments: all)
  func theRightOnePasses(mutation: Mutation) throws {
    let example = mutation.net()
    let file = try example.file()
    let plan = try example.plan(file, rule: try Mutation.rule(mutation.rule))
    let report = try RewriteChecker(plan, weights: file).check()
    #expect(report.failures.isEmpty)
    if mutation.name != "folded in spite of padding", !mutation.edits.contains(where: { $0.new.isEmpty }) {
      #expect(plan.rewrites.count == 1 && report.comparedRewrites == 1)
    }
  }

  @Test(arguments: right)
  func rightVariantsAreNotRejected(variant: Mutation) throws {
    let rule = try variant.changedRule()
    let example = variant.net()
    let file = try example.file()
    let plan = try example.plan(file, rule: rule, options: variant.planning)
    let report = try RewriteChecker(plan, weights: file).check()
    #expect(report.failures.isEmpty && report.comparedRewrites == 1)
    var options = ProofOptions.patient
    options.instances = 60
    options.planning = variant.planning
    let proof = try RuleProver.prove(rule, layouts: try BuiltinRules.load().layouts, options: options)
    #expect(proof.isGood, "\(proof.error(for: rule, options: options)?.text ?? "")")
  }
}
