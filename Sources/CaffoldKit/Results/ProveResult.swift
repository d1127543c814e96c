import CaffeIO
import Diagnostics
import Engine
import RuleModel
import Rules
import Verification

/// What came of proving rules.
public struct ProveResult {
  /// The rules with what is known of them.
  package let proofs: [(rule: Rule, proof: RuleProof)]
  /// What was asked for.
  package let options: ProofOptions

  /// Whether every rule does what it promises.
  public var isGood: Bool { proofs.allSatisfy(\.proof.isGood) }

  /// The ids of the rules that do not, or of which that is not known.
  public var failedRules: [String] { proofs.filter { !$0.proof.isGood }.map(\.rule.id) }
}

/// What came of the tests inside rules.
public struct RuleTestResult {
  package let report: RuleTestReport

  /// How many tests ran.
  public var testCount: Int { report.testCount }
  /// What keeps the run from being a success: tests that failed, rules without tests, no test at all.
  public var errors: [Diagnostic] { report.errors }
}

/// How rules are proven.
public struct ProveOptions: Sendable, Equatable {
  /// The most nets that are compared for a rule.
  package static let mostInstances = 1_000_000
  /// The longest that one rule may take.
  package static let mostSeconds = 1e6

  /// How many rewritten nets are compared for each rule.
  public var instances = ProofOptions().instances
  /// Where the random numbers begin.
  public var seed: UInt64 = ProofOptions().seed
  /// The largest difference allowed, in units of an output's largest number.
  public var tolerance = ProofOptions().tolerance
  /// Whether all the rules rewrite the nets of each rule, as in a fold with all the rules.
  public var together = false
  /// How long one rule may take, in seconds.
  public var seconds = ProofOptions().seconds

  /// The defaults.
  public init() {}

  func options(_ schema: Schema) -> ProofOptions {
    var options = ProofOptions()
    options.instances = instances
    options.seed = seed
    options.tolerance = tolerance
    options.seconds = seconds
    options.isTogether = together
    options.planning.schema = schema
    return options
  }
}
