import CaffeIO
import Diagnostics
import Engine
import RuleModel
import Rules
import Verification

/// What a fold did, or would do.
public struct FoldResult {
  /// How a fold ended.
  public enum Outcome: Sendable, Equatable {
    /// The result is right as far as it was checked, and written where that was asked for.
    case done
    /// A rewrite changes what its layers compute; nothing was written.
    case checkFailed
    /// The folded net differs from the original; nothing was written.
    case netsDiffer
  }

  /// A file of the run.
  public struct File: Sendable, Equatable {
    /// Its path.
    public let path: String
    /// Its size.
    public let byteCount: Int
  }

  /// The files of a net.
  public struct Files: Sendable, Equatable {
    /// The net definition.
    public let model: File
    /// The weights; nil for a run without them.
    public let weights: File?
  }

  /// A rewrite that was made.
  public struct Rewrite: Sendable, Equatable {
    /// The rule.
    public let rule: String
    /// The names of the layers that the rule matched.
    public let layers: [Name]
    /// The names of those that are gone.
    public let removed: [Name]
  }

  /// A layer that stays though a rule was meant for it.
  public struct Refused: Sendable, Equatable {
    /// The layer.
    public let layer: Name
    /// Its type.
    public let type: String
    /// The rule that came nearest.
    public let rule: String
    /// The code of the reason: `other-reader`.
    public let code: String
    /// The reason as a sentence.
    public let message: String
  }

  /// How the fold ended.
  public internal(set) var outcome = Outcome.done
  /// The text of the rewritten net definition.
  public let definition: [UInt8]
  /// The files that were read.
  public internal(set) var inputs: Files
  /// The files that were written; nil where none were.
  public internal(set) var outputs: Files?
  /// The plan file that was written.
  public internal(set) var planFile: File?
  /// The page about the fold that was written.
  public internal(set) var reportFile: File?
  /// Whether this was a run that writes nothing.
  public internal(set) var isDryRun = false

  /// The net definition that was read.
  package let original: SourceText
  /// What bringing the definition to the current syntax changed; nil where no rule of the run wants it.
  package let upgrade: SyntaxUpgrade.Changes?
  /// All that the rules changed and did not change.
  package let plan: Plan
  /// How many layers of the weights file were brought to the current syntax.
  package let upgradedWeightLayers: Int
  /// The plan file that was replayed; nil for a fold.
  package internal(set) var replayed: PlanFile?
  /// What the net definition has that is no error and hardly meant.
  package internal(set) var problems: [DefinitionProblem] = []
  /// The user's rules that were left out for their safety.
  package internal(set) var untried: [Rule] = []
  /// The project file that was read.
  package internal(set) var projectFile: String?
  /// What checking every rewrite found; nil where there was nothing to check.
  package internal(set) var check: RewriteCheckReport?
  /// What running both nets showed; nil where that was not asked for.
  package internal(set) var verification: VerifyResult?
  /// The target, and what it refuses or misreads of the result; nil where none was named.
  public internal(set) var target: TargetFindings?
}

/// What a target refuses or misreads.
public struct TargetFindings: Sendable {
  /// The target's name.
  public let name: String
  /// What was found, in the order of the definition.
  public let findings: [Finding]

  /// Whether nothing speaks against the net.
  public var isAccepted: Bool { !findings.contains { $0.severity == .error } }
}

extension FoldResult {
  /// The rewrites, in order.
  public var rewrites: [Rewrite] {
    plan.rewrites.map { rewrite in
      let names = Dictionary(
        rewrite.layers.map { ($0.layer, $0.name) }, uniquingKeysWith: { first, _ in first })
      return Rewrite(
        rule: rewrite.rule, layers: rewrite.layers.map(\.name),
        removed: rewrite.removed.compactMap { names[$0] })
    }
  }

  /// The layers that stay, with the reasons.
  public var refused: [Refused] {
    plan.refusals.map { refusal in
      Refused(
        layer: refusal.layer.name, type: refusal.layer.type, rule: refusal.rule, code: refusal.reason.code,
        message: refusal.sentence)
    }
  }

  /// What the user should know.
  public var warnings: [String] { problems.map(\.diagnostic.headline) + plan.warnings.map(\.sentence) }

  /// Layers by type before, those that the phase excludes included.
  public var layersBefore: [String: Int] { plan.typesBefore }

  /// Layers by type afterwards.
  public var layersAfter: [String: Int] { plan.typesAfter }

  /// How many rewrites were run before and after; nil where nothing was checked.
  public var checkedRewrites: Int? { check?.comparedRewrites }
}

extension FoldResult {
  /// The lines by which the rewritten definition differs from the one that was read.
  package var definitionDiff: [UnifiedDiff.Line] {
    UnifiedDiff.lines(
      original.bytes, definition,
      names: (inputs.model.path, outputs?.model.path ?? inputs.model.path))
  }
}
