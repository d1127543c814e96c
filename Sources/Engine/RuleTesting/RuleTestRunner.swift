import CaffeIO
import Diagnostics
import RuleModel

/// Runs the examples inside a rule: each on its own net, with this rule alone and with the weights of the example.
package enum RuleTestRunner {
  /// Runs all examples of `rule`.
  ///
  package static func run(
    _ rule: Rule, layouts: [BlobLayout], schema: Schema = .caffe
  ) -> [TestOutcome] {
    rule.tests.map { test in
      var failure: String?
      do {
        failure = try Self.failure(of: test, rule, layouts, schema)
      } catch let error as any DiagnosticError {
        failure = error.diagnostic.text
      } catch {
        failure = "\(error)"
      }
      return TestOutcome(name: test.name, place: test.place, failure: failure)
    }
  }

  private static func failure(
    of test: RuleTest, _ rule: Rule, _ layouts: [BlobLayout], _ schema: Schema
  ) throws -> String? {
    let rules = RuleSet(rules: [rule.giving(test.arguments)], layouts: layouts)
    if rule.kind == .reporting { return try failure(of: test, of: rule, reporting: rules, schema) }
    var definition = try NetDefinition(try TextDocument(test.net))
    if rules.needsCurrentSyntax { definition = try SyntaxUpgrade(definition).definition }
    let graph = try NetGraph(definition, state: NetState(phase: .test))
    var options = PlanOptions()
    options.schema = schema
    let weights = try test.weightsFile(graph, of: rule, schema: schema)
    let plan = try Planner.plan(graph, weights: weights, rules: rules, options: options)
    let left = plan.graph.writtenLayers.map { plan.graph[$0].name }
    func listed(_ names: [Name]) -> String { names.map(\.description).joined(separator: ", ") }
    switch test.expectation {
    case .rewritten(let layers):
      guard !plan.rewrites.isEmpty else {
        let reason = plan.nearMisses.first.map { ": \($0.reason.sentence())" } ?? ""
        return "the rule rewrote nothing\(reason)"
      }
      guard let layers, layers.map({ Name($0) }) != left else { return nil }
      return "expected the layers \(layers.joined(separator: ", ")), found \(listed(left))"
    case .refused(let layer, let reason):
      let refusal = plan.nearMisses.first { refusal in
        layer.map { refusal.layer.name == Name($0) } ?? true
      }
      guard let refusal else {
        let other = plan.nearMisses.first.map {
          "; it refused '\($0.layer.name)': \($0.sentence)"
        }
        return plan.rewrites.isEmpty
          ? "the rule refused nothing\(layer.map { " at '\($0)'" } ?? "")\(other ?? "")"
          : "the rule rewrote the net; the layers left are \(listed(left))"
      }
      guard refusal.reason.code == reason else {
        return
          "expected the refusal '\(reason)', found '\(refusal.reason.code)': \(refusal.reason.sentence())"
      }
      return nil
    case .unmatched:
      if !plan.rewrites.isEmpty {
        return "the rule rewrote the net; the layers left are \(listed(left))"
      }
      return plan.nearMisses.first.map { "the rule refused: \($0.reason.sentence())" }
    case .reported: return "the rule reports nothing: it rewrites"
    }
  }

  /// The same for a rule that says something about its matches.
  private static func failure(
    of test: RuleTest, of rule: Rule, reporting rules: RuleSet, _ schema: Schema
  ) throws -> String? {
    let definition = try NetDefinition(try TextDocument(test.net))
    var options = PlanOptions()
    options.schema = schema
    let graph = try NetGraph(definition, state: NetState(phase: .test))
    let weights = try test.weightsFile(graph, of: rule, schema: schema)
    let found = RuleReporter.findings(
      graph, weights: weights, rules: rules, options: options)
    let layers = found.map(\.layer)
    func listed(_ names: [Name]) -> String { names.map(\.description).joined(separator: ", ") }
    guard case .reported(let wanted, let because) = test.expectation else {
      return layers.isEmpty ? nil : "the rule reported \(listed(layers)): \(found[0].because)"
    }
    guard !found.isEmpty else { return "the rule reported nothing" }
    if let wanted, wanted.map({ Name($0) }) != layers {
      return "expected findings at \(wanted.joined(separator: ", ")), found some at \(listed(layers))"
    }
    if let because, let other = found.first(where: { $0.because != because }) {
      return "expected the words '\(because)', found '\(other.because)'"
    }
    return nil
  }
}
