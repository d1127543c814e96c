import CaffeIO
import Engine
import RuleModel
import Rules

/// What is asked of a proof.
package struct ProofOptions: Sendable {
  /// How many rewritten nets are compared.
  package var instances = 200
  /// Where the random numbers begin.
  package var seed: UInt64 = 1
  /// The largest error, in units of an output's largest number.
  package var tolerance = 1e-10
  /// How long one rule may take, in seconds; a rule can ask for much arithmetic.
  package var seconds = 60.0
  /// Whether all rules together rewrite the nets of each rule, until no rule matches any more.
  package var isTogether = false
  /// How the planner is called.
  package var planning = PlanOptions()

  /// Nets that are drawn at most, for each one that is to be compared: rules refuse most of what is drawn.
  static let drawnPerInstance = 10
  /// Nets that are drawn at least.
  static let leastDrawn = 2000
  /// Rewritten nets that a rule must hold on at least, where fewer were found than asked for.
  static let leastCompared = 30
  /// How many nets are drawn of each test as it is declared, before others: one for each size of inputs.
  static let drawnPerTest = InstanceBuilder.sizeCount + 2
  /// How often a net that fails a condition is drawn anew where the condition looks.
  static let redrawLimit = 12

  /// The defaults.
  package init() {}

  /// How many rewritten nets must be compared before anything good is said.
  var least: Int { min(instances, Self.leastCompared) }

  /// Nets that are drawn at most.
  var drawLimit: Int {
    max(Self.leastDrawn, instances.multipliedReportingOverflow(by: Self.drawnPerInstance).partialValue)
  }
}

/// What is known of a rule once it was tried on nets made up from its own pattern.
package struct RuleProof: Sendable {
  /// The verdict.
  package enum Verdict: Sendable {
    /// Equal on every net that was compared.
    case proven
    /// The rule is approximate: the error is told, not judged.
    case measured
    /// The rule changes on purpose what the net computes.
    case notCompared
    /// The rule reports and rewrites nothing.
    case nothingToProve
    /// A net on which the rule is wrong, as small as it could be made.
    case wrong(InstanceComparison)
    /// No net was rewritten; the most frequent reason why.
    case neverMatched(reason: String?)
    /// No net can be run: neither the executor nor a layout nor a definition knows these types.
    case unknownTypes([String])
    /// The rule puts the layers of a definition in place of layers of these types, and nothing else says what they compute.
    case expansion([String])
    /// The rule is for the net of another phase than the executor computes.
    case otherPhase
    /// A parameter has no value, and none of the rule's tests gives one.
    case lacksParameter(String)
    /// Fewer nets were compared than a proof needs.
    case notEnough
    /// The time allowed was over before enough nets were compared.
    case timedOut
  }

  /// The rule's id.
  package let rule: String
  /// The verdict.
  package var verdict: Verdict
  /// Nets drawn from the pattern, or after the rule's tests.
  package var drawn = 0
  /// Nets that were rewritten and compared.
  package var compared = 0
  /// Draws that came to no net that could be tried, by the reason.
  package var discarded: [String: Int] = [:]
  /// How many draws those were.
  package var discardedCount: Int { discarded.values.reduce(0, +) }
  /// Nets that the rule did not rewrite, by the reason's code; `none` where it found nothing.
  package var refused: [String: Int] = [:]
  /// Rewritten nets by capture and type.
  package var types: [String: [String: Int]] = [:]
  /// Types that the pattern names and no compared net had, by capture.
  package var untriedTypes: [(capture: String, types: [String])] = []
  /// The largest error, in units of an output's largest number.
  package var largestError = 0.0
  /// Whether the time allowed ended the proof early.
  package var isCutShort = false

  /// Whether nothing speaks against the rule: it did what it promises, or it promises nothing that can be compared.
  package var isGood: Bool {
    switch verdict {
    case .proven, .measured, .notCompared, .nothingToProve: true
    case .wrong, .neverMatched, .unknownTypes, .expansion, .otherPhase, .lacksParameter, .notEnough,
      .timedOut:
      false
    }
  }

  /// Whether its nets were compared, and enough of them.
  package var isCompared: Bool {
    switch verdict {
    case .proven, .measured: true
    default: false
    }
  }
}
