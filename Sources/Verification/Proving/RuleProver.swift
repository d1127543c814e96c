import CaffeIO
import Diagnostics
import Engine
import Layers
import RuleModel
import Rules

/// Tries a rule on random nets made from its own pattern and compares what they compute before and after.
package struct RuleProver {
  private let rule: Rule
  /// The rule, and those that are proven together with it.
  private let set: [Rule]
  private let options: ProofOptions
  private let generator: InstanceGenerator
  private let variants: [Variant]
  private var proof: RuleProof
  private var reasons: [String: Int] = [:]
  private var obstacles: [String: Int] = [:]
  private var unknownTypes: Set<String> = []

  /// The rule with values for its parameters.
  private struct Variant {
    /// As `--param` takes them, for messages.
    var values: [String]
    var tests: TestInstances
    var trial: InstanceTrial
  }

  /// Proves `rule` with the meaning that `layouts` and definitions give to layer types.
  ///
  /// The outcome depends only on the rules, the layouts, the definitions and the options, as long as the time is
  /// enough.
  ///
  /// - Parameter others: rules that rewrite the nets too; conversions, rules for training nets and rules with a
  ///   parameter that has no value are left out.
  /// - Throws: `RuleError`, for layouts or rules that do not fit together.
  package static func prove(
    _ rule: Rule, with others: [Rule] = [], layouts: [BlobLayout], definitions: [TypeDefinition] = [],
    options: ProofOptions = ProofOptions()
  ) throws -> RuleProof {
    var prover = try RuleProver(rule, others, layouts, try DefinedTypes(definitions), options)
    prover.run()
    return prover.proof
  }

  private init(
    _ rule: Rule, _ others: [Rule], _ layouts: [BlobLayout], _ defined: DefinedTypes, _ options: ProofOptions
  ) throws {
    self.rule = rule
    self.options = options
    let others = others.filter {
      $0.id != rule.id && $0.kind == .rewriting && $0.safety != .conversion && $0.phase != .train
        && $0.missingParameters.isEmpty
    }
    set = [rule] + others
    var selection = RuleSet.Selection()
    selection.select = set.map(\.id)
    selection.allowsApproximate = true
    selection.kind = nil
    let state = NetState(phase: .test)
    let planning = options.planning
    generator = InstanceGenerator(rule, layouts: try RuleSet([], layouts: layouts).layouts, defined: defined)
    variants = try rule.variants.map { rule in
      let rules = try RuleSet([rule] + others, layouts: layouts, selection: selection)
      return Variant(
        values: rule.parameters.map { "\($0.name)=\(rule.value(ofParameter: $0.name)?.parameterText ?? "")" },
        tests: TestInstances(rule, layouts: rules.layouts, defined: defined, state: state),
        trial: InstanceTrial(
          rules: rules, rule: rule.id, defined: defined, options: planning, state: state))
    }
    proof = RuleProof(rule: rule.id, verdict: .proven)
  }

  private mutating func run() {
    if rule.kind == .reporting {
      proof.verdict = .nothingToProve
      return
    }
    if rule.safety == .conversion {
      proof.verdict = .notCompared
      return
    }
    if rule.phase == .train {
      proof.verdict = .otherPhase
      return
    }
    guard !variants.isEmpty else {
      proof.verdict = .lacksParameter(rule.missingParameters[0].name)
      return
    }
    let unknown = rule.pattern.captures.flatMap(\.types.names).filter {
      Glob($0).literal != nil && !generator.isExecutable($0)
    }
    unknownTypes.formUnion(unknown)
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(options.seconds)
    var number: UInt64 = 0
    // A rule's name decides where its numbers begin: its proof is the same alone and among others.
    let origin =
      options.seed &* 0x9E37_79B9_7F4A_7C15 ^ rule.id.hashOfEveryRun
    // The rule's own tests are nets that its author had in mind: each is tried as it is declared before anything else.
    for variant in variants {
      for test in 0..<variant.tests.count {
        for size in 0..<ProofOptions.drawnPerTest where clock.now < deadline {
          number += 1
          let choices = Choices(
            keeping: variant.tests.declared(test, size: size), seed: origin &+ number &* 0xD134_2543_DE82_EF95
          )
          if let found = step(variant, isTest: true, choices) {
            proof.verdict = .wrong(shrunk(found, variant, isTest: true, deadline: deadline))
            return
          }
        }
      }
    }
    var draws = 0
    while proof.compared < options.instances, draws < options.drawLimit {
      guard clock.now < deadline else {
        proof.isCutShort = true
        break
      }
      draws += 1
      number += 1
      let variant = variants[Int(number % UInt64(variants.count))]
      // Tests take every fifth turn, with other shapes too, and every other one while nothing made from the pattern has matched.
      let turn = number / UInt64(variants.count)
      let isTest = variant.tests.count > 0 && turn % (proof.compared == 0 ? 2 : 5) == 0
      if let found = step(
        variant, isTest: isTest, Choices(seed: origin &+ number &* 0xD134_2543_DE82_EF95))
      {
        proof.verdict = .wrong(shrunk(found, variant, isTest: isTest, deadline: deadline))
        return
      }
    }
    finish()
  }

  /// Draws one net and tries it; the decisions of a net on which the rule is wrong.
  private mutating func step(_ variant: Variant, isTest: Bool, _ first: Choices) -> [Choices.Decision]? {
    var choices = first
    for redraw in 0...ProofOptions.redrawLimit {
      let instance: ProofInstance
      let taken: Choices
      do {
        (instance, taken) = try draw(choices, variant, isTest: isTest)
      } catch {
        // What cannot be drawn is drawn otherwise next time.
        discard(error)
        return nil
      }
      let outcome = variant.trial.run(instance)
      if case .refused(let reason?, _) = outcome, let place = reason.unmetCondition,
        redraw < ProofOptions.redrawLimit, !isTest
      {
        // Only what the condition looks at is drawn anew.
        let looked = Set(
          (generator.hints.byPlace[place.description] ?? []).map {
            InstanceGenerator.decision($0.name, $0.path)
          })
        let kept = looked.isEmpty ? [] : taken.decisions.filter { !looked.contains($0.name) }
        choices = Choices(keeping: kept, seed: first.seed &+ UInt64(redraw + 1) &* 0x2545_F491_4F6C_DD1D)
        continue
      }
      return record(outcome, taken)
    }
    return nil
  }

  private func draw(
    _ choices: Choices, _ variant: Variant, isTest: Bool
  ) throws -> (instance: ProofInstance, choices: Choices) {
    isTest ? try variant.tests.instance(choices) : try generator.instance(choices)
  }

  /// Keeps in mind why a draw came to nothing.
  private mutating func discard(_ error: any Error) {
    if let error = error as? any DiagnosticError { obstacles[error.diagnostic.sentence, default: 0] += 1 }
    proof.discarded[Self.reason(error), default: 0] += 1
  }

  /// Why a draw came to nothing, without the names of layers.
  private static func reason(_ error: any Error) -> String {
    switch error {
    case let error as InvalidInstance: return error.sentence
    case let error as LayerError: return LayerError(nil, error.reason).diagnostic.sentence
    case let error as any DiagnosticError: return error.diagnostic.sentence
    default: return "it cannot be drawn"
    }
  }

  private mutating func record(_ outcome: InstanceTrial.Outcome, _ choices: Choices) -> [Choices.Decision]? {
    switch outcome {
    case .invalid(let error):
      discard(error)
      return nil
    case .unknownType(let type):
      unknownTypes.insert(type)
      return nil
    case .refused(let reason, let sentence):
      proof.drawn += 1
      proof.refused[reason?.code ?? "none", default: 0] += 1
      if reason != nil { reasons[sentence, default: 0] += 1 }
      return nil
    case .compared(let comparison):
      proof.drawn += 1
      proof.compared += 1
      for (capture, type) in comparison.types { proof.types[capture, default: [:]][type, default: 0] += 1 }
      if case .numbers(let numbers) = comparison.difference {
        proof.largestError = max(proof.largestError, numbers.error)
      }
      return isWrong(comparison) ? choices.decisions : nil
    }
  }

  private func isWrong(_ comparison: InstanceComparison) -> Bool {
    // An approximate rule may be off; its nets must run all the same.
    let allowed = set.map { rule -> Double in
      if let own = rule.tolerance { return own }
      if rule.safety == .approximate { return .greatestFiniteMagnitude }
      return rule.computesParameters ? Self.parameterRounding : 0
    }
    return comparison.isWrong(tolerance: max(options.tolerance, allowed.max() ?? 0))
  }

  /// What rounding to single precision may do to a net whose parameters a rule computes: a definition holds no other numbers, and
  /// a power may multiply its error.
  private static let parameterRounding = 1e-6

  private mutating func finish() {
    for capture in rule.pattern.captures where capture.alternatives.isEmpty {
      let tried = proof.types[capture.name] ?? [:]
      let untried = capture.types.names.filter { Glob($0).literal != nil && tried[$0] == nil }
      if !untried.isEmpty { proof.untriedTypes.append((capture.name, untried)) }
    }
    if proof.isCutShort {
      proof.verdict = .timedOut
    } else if proof.compared >= options.least {
      proof.verdict = rule.safety == .approximate ? .measured : .proven
    } else if proof.compared > 0 {
      proof.verdict = .notEnough
    } else if !unknownTypes.isEmpty {
      let isExpansion =
        !rule.rewrite.expanded.isEmpty && unknownTypes.allSatisfy(generator.defined.isInLayersAlone)
      let types = unknownTypes.sorted()
      proof.verdict = isExpansion ? .expansion(types) : .unknownTypes(types)
    } else {
      let causes = reasons.isEmpty ? obstacles : reasons
      proof.verdict = .neverMatched(reason: causes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key)
    }
  }

  private func shrunk(
    _ decisions: [Choices.Decision], _ variant: Variant, isTest: Bool, deadline: ContinuousClock.Instant
  ) -> InstanceComparison {
    func failing(_ choices: Choices) -> (InstanceComparison, Choices)? {
      guard let (instance, taken) = try? draw(choices, variant, isTest: isTest),
        case .compared(let comparison) = variant.trial.run(instance), isWrong(comparison)
      else { return nil }
      return (comparison, taken)
    }
    let clock = ContinuousClock()
    let smallest = Shrinker { candidate in
      guard clock.now < deadline else { return nil }
      return failing(Choices(repeating: candidate))?.1.decisions
    }.shrink(decisions)
    guard var (comparison, _) = failing(Choices(repeating: smallest)) else {
      preconditionFailure("the same decisions make the same net")
    }
    comparison.parameters = variant.values
    return comparison
  }
}

extension Rule {
  /// The rule with each set of values that it can be tried with: its defaults, if they are enough, and what its tests give.
  /// What was given from outside stands in all of them.
  fileprivate var variants: [Rule] {
    var variants: [Rule] = missingParameters.isEmpty ? [self] : []
    for test in tests {
      let variant = giving(test.arguments)
      func values(_ rule: Rule) -> [ExpressionValue?] { parameters.map { rule.value(ofParameter: $0.name) } }
      if variant.missingParameters.isEmpty, !variants.contains(where: { values($0) == values(variant) }) {
        variants.append(variant)
      }
    }
    return variants
  }
}

extension Rule {
  /// Whether it writes parameters that it computes, which a definition holds in single precision.
  fileprivate var computesParameters: Bool {
    let sets = transforms.contains { transform in
      guard case .set(let assignment) = transform, case .attribute = assignment.target else { return false }
      switch assignment.value {
      case .expression: return true
      case .written(let value): return value.isComputed
      }
    }
    let layers = rewrite.layers + rewrite.insertions.map(\.layer)
    return sets || layers.contains { $0.fields.contains { $0.value.isComputed } }
  }
}

extension TemplateField.Value {
  /// Whether an expression says it, or a part of it.
  fileprivate var isComputed: Bool {
    switch self {
    case .string, .literal: false
    case .computed: true
    case .text: false
    case .message(let fields): fields.contains { $0.value.isComputed }
    case .list(let values): values.contains(where: \.isComputed)
    case .conditional(let value, _): value.isComputed
    }
  }
}
