import CaffeIO
import Diagnostics
import Engine
import Layers
import RuleModel
import Rules
import Verification

/// What must hold for any net that bytes decide about, and its fold.
enum FoldChecks {
  /// What does not hold. A net with numbers of everyday size is folded without a difference, in its rewrites and as a whole;
  /// what is written is read again and folds to itself. A net with other numbers is at least refused with a message.
  static func failure(of bytes: [UInt8]) -> String? {
    var draw = Draw(bytes)
    let net = DrawnNet(&draw)
    do {
      let definition = try net.definition
      let weights = try net.weights
      let rules = try DefinitionChecks.rules.get()
      let plan = try Planner.plan(
        NetGraph(definition, state: NetState(phase: .test)), weights: weights, rules: rules)
      if let failure = failure(ofOutputOf: plan, weights, foldsToItself: !net.isExtreme) {
        return "\(failure)\n\(net.text)"
      }
      let check = try RewriteChecker(plan, weights: weights).check()
      guard !net.isExtreme else { return nil }
      if let site = check.failures.first {
        return "the check of '\(site.name)' failed: \(site.outcome)\n\(net.text)"
      }
      return try difference(net, plan, weights).map { "\($0)\n\(net.text)" }
    } catch {
      return FuzzChecks.failure(of: error).map { "\($0)\n\(net.text)" }
    }
  }

  /// What is wrong with what a plan writes.
  static func failure(
    ofOutputOf plan: Plan, _ weights: WeightsFile?, foldsToItself: Bool = true
  ) -> String? {
    let text = DefinitionEmitter.text(of: plan.graph)
    do {
      let definition: NetDefinition
      do {
        definition = try NetDefinition(TextDocument(SourceText(path: "written", bytes: text)))
      } catch let error as NetError {
        // A net of which nothing is left.
        if case .noLayers = error.reason { return nil }
        throw error
      }
      var written: WeightsFile?
      if let weights {
        let bytes: [UInt8]
        do {
          bytes = try WireChecks.emitted(weights, WeightsPlan(plan.graph, weights: weights))
        } catch let error as EmissionError {
          return FuzzChecks.failure(of: error)
        }
        if !bytes.isEmpty { written = try WeightsFile(InputFile(bytes: bytes, path: "written")) }
      }
      guard foldsToItself else { return nil }
      let again = try Planner.plan(
        NetGraph(definition, state: NetState(phase: .test)), weights: written,
        rules: DefinitionChecks.rules.get())
      guard let rewrite = again.rewrites.first else { return nil }
      return
        "rule '\(rewrite.rule)' finds something in the folded net:\n\(String(decoding: text, as: UTF8.self))"
    } catch {
      return "what was written is refused: \(error)\n\(String(decoding: text, as: UTF8.self))"
    }
  }

  /// How the folded net differs from the net; nil where it does not.
  private static func difference(_ net: DrawnNet, _ plan: Plan, _ weights: WeightsFile) throws -> String? {
    let written = try WeightsFile(
      InputFile(
        bytes: try WireChecks.emitted(weights, WeightsPlan(plan.graph, weights: weights)), path: "written"))
    let after = try NetDefinition(
      TextDocument(SourceText(path: "written", bytes: DefinitionEmitter.text(of: plan.graph))))
    let layouts = try DefinitionChecks.rules.get().layouts
    let state = NetState(phase: .test)
    let runners = [
      try NetRunner(net.definition, state: state, weights: weights, layouts: layouts, definitions: []),
      try NetRunner(after, state: state, weights: written, layouts: layouts, definitions: []),
    ]
    let comparison = try NetVerification().compare(runners[0], runners[1], in: Double.self, model: "fuzz")
    switch comparison.verdict {
    case .equal, .incomplete, .nothingCompared: return nil
    case .otherOutputs: return "outputs of one net only: \(comparison.unmatchedOutputs)"
    case .different:
      return comparison.firstDivergence.map { "'\($0.name)' differs by \($0.relative)" } ?? "the nets differ"
    }
  }
}
