import CaffeIO
import Diagnostics
import Engine
import Layers
import RuleModel
import Rules

/// One instance, rewritten by one rule, and both nets run.
struct InstanceTrial {
  /// What came of it.
  enum Outcome {
    /// The net computes nothing that could be compared, and counts for nothing; an error that says why.
    case invalid(any Error)
    /// The rule did not rewrite it; the nearest reason, if the rule came near.
    case refused(Refusal.Reason?, sentence: String)
    /// A layer type that cannot be run.
    case unknownType(String)
    /// Both were run.
    case compared(InstanceComparison)
  }

  let rules: RuleSet
  /// The rule that must rewrite the net, for the comparison to say something of it.
  let rule: String
  let defined: DefinedTypes
  let options: PlanOptions
  let state: NetState

  /// Rewrites `instance`, runs both nets and compares their outputs.
  func run(_ instance: ProofInstance) -> Outcome {
    do {
      return try outcome(of: instance)
    } catch let error as InstanceRunner.UnknownType {
      return .unknownType(error.type)
    } catch {
      return .invalid(error)
    }
  }

  private func outcome(of instance: ProofInstance) throws -> Outcome {
    let weights = try instance.weights()
    let plan: Plan
    do {
      plan = try Planner.plan(
        NetGraph(instance.definition, state: state), weights: weights, rules: rules, options: options)
    } catch PlanError.malformed(let error) {
      return .invalid(error)
    } catch let error as any DiagnosticError {
      return broken(instance, error.diagnostic.sentence)
    }
    // A rule whose expressions cannot be evaluated on a net that it was made for is not finished.
    if let failed = plan.nearMisses.first(where: { $0.reason.code == "evaluation" }) {
      return .compared(
        InstanceComparison(
          instance: instance, rewritten: instance.definition.document.source.bytes, changedBlobs: [],
          types: [],
          difference: .notEvaluated(failed.reason.sentence())))
    }
    guard let own = plan.rewrites.first(where: { $0.rule == rule }) else {
      let refusal = plan.nearMisses.first { $0.isComplete } ?? plan.nearMisses.first
      return .refused(refusal?.reason, sentence: refusal?.reason.sentence() ?? "")
    }
    let inputs = Dictionary(instance.inputs.map { ($0.name, $0.value) }) { $1 }
    let expected = try InstanceRunner.runner(
      of: NetGraph(instance.definition, state: state), definition: instance.definition, weights: weights,
      layouts: rules.layouts, defined: defined
    ).run(inputs)
    guard expected.values.allSatisfy({ $0.values.allSatisfy(\.isFinite) }) else {
      return .invalid(InvalidInstance.notFinite)
    }
    guard expected.values.contains(where: { !$0.values.isEmpty }) else {
      return .invalid(InvalidInstance.nothing)
    }
    let text = DefinitionEmitter.text(of: plan.graph)
    var comparison = InstanceComparison(
      instance: instance, rewritten: text, changedBlobs: [],
      types: own.layers.map { ($0.capture, $0.type) }, difference: .notRunnable(""))
    do {
      comparison.changedBlobs = try changedBlobs(plan, weights)
      let definition = try NetDefinition(
        TextDocument(SourceText(path: "rewritten.prototxt", bytes: text)))
      let runner = try InstanceRunner.runner(
        of: plan.graph, definition: definition, weights: weights, layouts: rules.layouts, defined: defined)
      let found = try runner.run(inputs.filter { input in runner.inputs.contains { $0.name == input.key } })
      comparison.difference = Self.difference(expected, found, size: instance.size)
    } catch let error as InstanceRunner.UnknownType {
      throw error
    } catch let error as any DiagnosticError {
      comparison.difference = .notRunnable(error.diagnostic.sentence)
    } catch let error as InvalidInstance {
      comparison.difference = .notRunnable(error.sentence)
    }
    return .compared(comparison)
  }

  private func broken(_ instance: ProofInstance, _ sentence: String) -> Outcome {
    .compared(
      InstanceComparison(
        instance: instance, rewritten: instance.definition.document.source.bytes, changedBlobs: [], types: [],
        difference: .notRunnable(sentence)))
  }

  private func changedBlobs(
    _ plan: Plan, _ weights: WeightsFile
  ) throws -> [(layer: Name, values: [NetValue<Double>])] {
    let net = WorkingNet(plan.graph, weights: weights, layouts: rules.layouts)
    var changed: [(layer: Name, values: [NetValue<Double>])] = []
    for (layer, change) in plan.graph.changes.entries where plan.graph[layer].isAlive {
      guard let blobs = change.blobs else { continue }
      let values = try blobs.map { NetValue(shape: $0.shape, values: try net.values(of: $0, layer: layer)) }
      changed.append((plan.graph[layer].name, values))
    }
    return changed
  }

  /// The worst number of all outputs, in the order of their names.
  private static func difference(
    _ expected: [Name: NetValue<Double>], _ found: [Name: NetValue<Double>], size: Double
  ) -> InstanceComparison.Difference {
    var worst = InstanceComparison.Numbers(output: "", place: [], expected: 0, found: 0, error: -1)
    for (output, a) in expected.sorted(by: { $0.key < $1.key }) {
      guard let b = found[output] else { return .missing(output: output) }
      guard a.shape == b.shape else { return .shape(output: output, expected: a.shape, found: b.shape) }
      // Parameters are of the size of 1, inputs of this one: what cancels out below that is rounding.
      let unit = a.values.reduce(size) { max($0, $1.magnitude) }
      for (index, (x, y)) in zip(a.values, b.values).enumerated() {
        let error = y.isFinite ? (x - y).magnitude / unit : .infinity
        if error > worst.error {
          worst = InstanceComparison.Numbers(
            output: output, place: Self.place(index, in: a.shape), expected: x, found: y, error: error)
        }
      }
    }
    worst.error = max(worst.error, 0)
    return .numbers(worst)
  }

  private static func place(_ index: Int, in shape: [Int]) -> [Int] {
    var rest = index
    var place: [Int] = []
    for size in shape.reversed() {
      place.insert(rest % size, at: 0)
      rest /= size
    }
    return place
  }
}
