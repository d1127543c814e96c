import CaffeIO
import Diagnostics
import Engine
import Foundation
import Layers
import RuleModel
import Rules
import Testing

@testable import Verification

/// Rules of the folder `Tests/Fixtures/mistakes`: what is wrong there must never be called proven, checked or equal, and what is
/// right never wrong.
///
/// With `CAFFOLD_SEEDS=20` each rule is tried with so many seeds; one is enough to see that nothing broke.
@Suite struct MistakeTests {
  struct Planted: Sendable, CustomTestStringConvertible {
    let rule: Rule
    var testDescription: String { rule.id }
  }

  private static let seeds = UInt64(ProcessInfo.processInfo.environment["CAFFOLD_SEEDS"] ?? "") ?? 1

  private static func rules(_ kind: String) -> [Planted] {
    let folder = URL(fileURLWithPath: #filePath)
      .appending(path: "../../../Fixtures/mistakes/\(kind)").standardizedFileURL
    let files =
      (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return files.sorted { $0.path < $1.path }.flatMap { file -> [Planted] in
      guard let bytes = try? Data(contentsOf: file),
        let rules = try? RuleFile(
          SourceText(path: file.path, bytes: Array(bytes)), kernels: KernelRegistry.signatures,
          reasons: Refusal.Reason.codes
        ).rules
      else { return [] }
      return rules.map { Planted(rule: $0) }
    }
  }

  static let wrong = rules("wrong")
  static let right = rules("right")

  @Test func thereAreManyOfBoth() {
    #expect(Self.wrong.count >= 40 && Self.right.count >= 40)
    #expect(Set(Self.wrong.map(\.rule.id)).count == Self.wrong.count)
  }

  private func prove(_ planted: Planted, seed: UInt64, instances: Int) throws -> RuleProof {
    var options = ProofOptions.patient
    options.seed = seed
    options.instances = instances
    return try RuleProver.prove(planted.rule, layouts: try BuiltinRules.load().layouts, options: options)
  }

  /// The net of the rule's test with random numbers, before and after.
  private struct Rewritten {
    let plan: Plan
    let weights: WeightsFile
    let before: NetRunner
    let after: NetRunner

    init(_ planted: Planted, seed: UInt64) throws {
      let layouts = try BuiltinRules.load().layouts
      let state = NetState(phase: .test)
      let tests = try TestInstances(planted.rule, layouts: layouts, defined: DefinedTypes([]), state: state)
      // One number throughout, which a proof tries too, would make some mistakes right.
      let layers = ["c", "conv", "a", "b", "x"]
      let numbers =
        layers.flatMap { layer in
          (0..<4).map { Choices.Decision(name: "\(layer).blobs[\($0)].numbers", value: 7) }
        } + ["data", "gains"].map { Choices.Decision(name: "\($0).numbers", value: 7) }
      var selection = RuleSet.Selection()
      selection.select = [planted.rule.id]
      let rules = try RuleSet([planted.rule], layouts: layouts, selection: selection)
      func planned(seed: UInt64) throws -> (instance: ProofInstance, weights: WeightsFile, plan: Plan) {
        let instance = try tests.instance(
          Choices(keeping: tests.declared(0, size: 0) + numbers, seed: seed)
        ).instance
        let weights = try instance.weights()
        let plan = try Planner.plan(
          NetGraph(instance.definition, state: state), weights: weights, rules: rules, options: PlanOptions())
        return (instance, weights, plan)
      }
      // A BatchNorm may be drawn with blobs that the executor does not take, or the rule: then it is drawn again.
      let draws = (0..<200 as Range<UInt64>).lazy.compactMap { attempt in
        try? planned(seed: seed &+ attempt &* 0x9E37_79B9_7F4A_7C15)
      }
      // A factor of 0 makes the mean 0, and one of 1000 makes it so small that a mistake about it changes less than the
      // tolerance: what verify is asked for is nets whose numbers are all of the usual size. And a
      // rule that forgets a factor of 1 makes no mistake.
      func isUsual(_ weights: WeightsFile) -> Bool {
        let evaluator = BlobEvaluator(weights, .unrounded)
        return weights.layers.flatMap(\.blobs).allSatisfy { blob in
          let values = (try? evaluator.values(of: .stored(blob))) ?? []
          return 0.2...10 ~= values.map(\.magnitude).max() ?? 0 && values != [1]
        }
      }
      let drawn = try #require(draws.first { !$0.plan.rewrites.isEmpty && isUsual($0.weights) })
      weights = drawn.weights
      plan = drawn.plan
      before = try InstanceRunner.runner(
        of: NetGraph(drawn.instance.definition, state: state), definition: drawn.instance.definition,
        weights: weights, layouts: layouts, defined: DefinedTypes([]))
      let text = SourceText(path: "after", bytes: DefinitionEmitter.text(of: plan.graph))
      after = try InstanceRunner.runner(
        of: plan.graph, definition: NetDefinition(TextDocument(text)), weights: weights, layouts: layouts,
        defined: DefinedTypes([]))
    }

    func verdict(seed: UInt64) throws -> NetComparison.Verdict {
      var verification = NetVerification()
      verification.inputs.seed = seed
      return try verification.compare(before, after, in: Float.self, model: "net").verdict
    }
  }

  @Test(arguments: wrong)
  func aMistakeIsNotProven(planted: Planted) throws {
    for seed in 1...Self.seeds {
      let proof = try prove(planted, seed: seed, instances: ProofOptions().instances)
      guard case .wrong = proof.verdict else {
        Issue.record("seed \(seed): \(proof.phrase(ProofOptions()))")
        continue
      }
    }
  }

  @Test(arguments: wrong)
  func aMistakeIsFoundByTheCheck(planted: Planted) throws {
    for seed in 1...Self.seeds {
      let net = try Rewritten(planted, seed: seed)
      var options = RewriteChecker.Options()
      options.seed = seed
      let report = try RewriteChecker(net.plan, weights: net.weights, options: options).check()
      #expect(!report.failures.isEmpty, "seed \(seed): \(report.sites)")
    }
  }

  @Test(arguments: wrong)
  func aMistakeIsNotEqual(planted: Planted) throws {
    for seed in 1...Self.seeds {
      // A net that cannot be run is none that is called equal.
      guard let net = try? Rewritten(planted, seed: seed),
        let verdict = try? net.verdict(seed: seed)
      else { continue }
      #expect(verdict != .equal, "seed \(seed)")
    }
  }

  @Test(arguments: right)
  func whatIsRightIsNotCalledWrong(planted: Planted) throws {
    for seed in 1...Self.seeds {
      let proof = try prove(planted, seed: seed, instances: 60)
      #expect(
        proof.isCompared,
        "seed \(seed): \(proof.error(for: planted.rule, options: ProofOptions())?.text ?? proof.phrase(ProofOptions()))"
      )
      let net = try Rewritten(planted, seed: seed)
      var options = RewriteChecker.Options()
      options.seed = seed
      let report = try RewriteChecker(net.plan, weights: net.weights, options: options).check()
      #expect(
        report.failures.isEmpty && report.comparedRewrites == net.plan.rewrites.count, "\(report.sites)")
      #expect(try net.verdict(seed: seed) == .equal, "seed \(seed)")
    }
  }
}
