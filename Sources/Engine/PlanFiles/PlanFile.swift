import CaffeIO
import Diagnostics
import RuleModel

/// A plan as it is written to a file, reviewed and replayed: what it was made from, and everything it does.
///
/// `Documentation/Plan.md` describes the format.
package struct PlanFile: Sendable {
  /// The version of the format that this program writes and reads.
  package static let formatVersion = 1

  /// A file that the plan was made from.
  package struct Input: Sendable, Equatable {
    /// The path as the user wrote it.
    package var path: String
    /// Its size.
    package var byteCount: Int
    /// SHA-256 of its content.
    package var digest: String

    /// Makes an input from its parts.
    package init(path: String, byteCount: Int, digest: String) {
      self.path = path
      self.byteCount = byteCount
      self.digest = digest
    }
  }

  /// Files that the plan carries with it, so that a replay does not need them.
  package struct Embedded: Sendable {
    /// Which file.
    package var input: Input
    /// Its text.
    package var text: String

    /// Makes one from its parts.
    package init(input: Input, text: String) {
      self.input = input
      self.text = text
    }
  }

  /// What was asked for on the command line, as far as the result depends on it.
  package struct Options: Sendable, Equatable {
    /// The phase, level and stages that the layers were filtered by.
    package var state = NetState(phase: .test)
    /// `--assume-stored-statistics`.
    package var assumesStoredStatistics = false
    /// `--only-layer`.
    package var onlyLayers: [String] = []
    /// `--skip-layer`.
    package var skipLayers: [String] = []
    /// `--select`.
    package var select: [String] = []
    /// `--extend-select`.
    package var extendSelect: [String] = []
    /// `--ignore`.
    package var ignore: [String] = []
    /// `--isolated`.
    package var isIsolated = false
    /// `--unsafe`.
    package var allowsApproximate = false
    /// `--param`, as `name=value`.
    package var parameters: [String] = []

    /// The defaults.
    package init() {}
  }

  /// What comes of all rewrites together.
  package struct Result: Sendable, Equatable {
    /// How many rewrites.
    package var rewriteCount: Int
    /// Layers by type before, those that the phase excludes included.
    package var typesBefore: [String: Int]
    /// Layers by type afterwards.
    package var typesAfter: [String: Int]
    /// The net definition that is written.
    package var modelByteCount: Int
    /// SHA-256 of it.
    package var modelDigest: String
    /// The size of the weights that are written; nil without weights.
    package var weightsByteCount: Int?

    /// Makes a result from its parts.
    package init(
      rewriteCount: Int, typesBefore: [String: Int], typesAfter: [String: Int], modelByteCount: Int,
      modelDigest: String, weightsByteCount: Int?
    ) {
      self.rewriteCount = rewriteCount
      self.typesBefore = typesBefore
      self.typesAfter = typesAfter
      self.modelByteCount = modelByteCount
      self.modelDigest = modelDigest
      self.weightsByteCount = weightsByteCount
    }
  }

  /// The version of the program that made it.
  package var program: String
  /// The net definition.
  package var model: Input
  /// The weights; nil for a plan of the definition alone.
  package var weights: Input?
  /// SHA-256 of the rules that come with the program.
  package var builtinDigest: String
  /// The user's rule files, in the order they are read.
  package var ruleFiles: [Embedded]
  /// The `.proto` files of the user's fork, in the order they are read.
  package var protoFiles: [Embedded]
  /// What was asked for.
  package var options: Options
  /// What comes of all rewrites.
  package var result: Result
  /// The rewrites, in order.
  package var rewrites: [PlannedRewrite]

  /// Makes a plan file from its parts.
  package init(
    program: String, model: Input, weights: Input?, builtinDigest: String, ruleFiles: [Embedded],
    protoFiles: [Embedded],
    options: Options, result: Result, rewrites: [PlannedRewrite]
  ) {
    self.program = program
    self.model = model
    self.weights = weights
    self.builtinDigest = builtinDigest
    self.ruleFiles = ruleFiles
    self.protoFiles = protoFiles
    self.options = options
    self.result = result
    self.rewrites = rewrites
  }
}

/// One rewrite of a plan file.
package struct PlannedRewrite: Sendable {
  /// What becomes of a matched layer.
  package enum Fate: String, Sendable, CaseIterable {
    /// It stays; what changes is listed.
    case kept
    /// It goes; who read its top reads its first bottom.
    case removed
    /// It becomes another layer.
    case replaced
  }

  /// A matched layer.
  package struct Layer: Sendable, Equatable {
    /// What the rule calls it.
    package var capture: String
    /// Its name, as it is when the rewrite begins.
    package var name: Name
    /// Its type then.
    package var type: String
    /// Its position in the net definition, from 0.
    package var index: Int
    /// What becomes of it.
    package var fate: Fate
  }

  /// Unique in the plan: the rule and the layer its search begins at.
  package var key: String
  /// False where a reviewer has struck it out.
  package var isApplied = true
  /// The rule.
  package var rule: String
  /// The layers, in the order of the rule.
  package var layers: [Layer]
  /// What changes in those that stay.
  package var changes: [RewriteChange]
  /// Where it stands in the plan file; nil for one that is being made.
  package var place: SourcePlace?
}

extension PlannedRewrite {
  /// The description of a rewrite that was planned with `PlanOptions.describesChanges`.
  init(_ rewrite: AppliedRewrite, key: String) {
    self.key = key
    rule = rewrite.rule
    layers = rewrite.layers.map { capture, layer, name, type in
      let fate: Fate =
        rewrite.removed.contains(layer) ? .removed : rewrite.replaced.contains(layer) ? .replaced : .kept
      return Layer(capture: capture, name: name, type: type, index: layer.index, fate: fate)
    }
    changes = rewrite.changes
  }

  /// The rewrites of a plan with their keys.
  package static func describe(_ plan: Plan) -> [PlannedRewrite] {
    var taken: [String: Int] = [:]
    return plan.rewrites.map { rewrite in
      let anchor = rewrite.layers.first { $0.layer == rewrite.anchor }?.name ?? ""
      let key = "\(rewrite.rule)@\(anchor)"
      let count = taken[key, default: 0] + 1
      taken[key] = count
      return PlannedRewrite(rewrite, key: count == 1 ? key : "\(key)#\(count)")
    }
  }
}
