import CaffeIO
import Diagnostics
import Engine
import RuleModel
import Rules

extension PlanFile {
  /// The plan file of a run.
  ///
  /// - Throws: `PlanFileError` for a rule file that is not UTF-8; `FileError`.
  init(
    _ plan: Plan, _ options: RunOptions, model: SourceText, weights: WeightsFile?, rules: [SourceText],
    protos: [SourceText], result: Result
  ) throws {
    var options = options
    // The stages and the level of the file itself come from the file again.
    options.net.phase = plan.graph.state.phase
    self.init(
      program: Caffold.version, model: Input(model), weights: try weights.map { try Input($0) },
      builtinDigest: Self.builtinRulesDigest, ruleFiles: try rules.map { try Embedded($0) },
      protoFiles: try protos.map { try Embedded($0) },
      options: options, result: result, rewrites: PlannedRewrite.describe(plan))
  }

  /// SHA-256 over the names and texts of the rules in this program.
  static var builtinRulesDigest: String {
    var hash = SHA256()
    for source in BuiltinRuleFiles.sources {
      for bytes in [Array("\(source.path)\0\(source.bytes.count)\0".utf8), source.bytes] {
        bytes.withUnsafeBytes { hash.update($0) }
      }
    }
    return hash.finish()
  }

  /// The user's rule files as they were when the plan was made.
  var ruleSources: [SourceText] {
    ruleFiles.map { SourceText(path: $0.input.path, bytes: Array($0.text.utf8)) }
  }

  /// The forks' `.proto` files, likewise.
  var protoSources: [SourceText] {
    protoFiles.map { SourceText(path: $0.input.path, bytes: Array($0.text.utf8)) }
  }

  /// Makes sure that program and inputs are those that the plan was made with.
  ///
  /// - Throws: `PlanFileError` for the first that is not.
  func check(model source: SourceText, weights file: WeightsFile?) throws {
    guard program == Caffold.version else {
      throw PlanFileError(.otherProgram(planned: program, running: Caffold.version))
    }
    guard builtinDigest == Self.builtinRulesDigest else { throw PlanFileError(.otherBuiltinRules) }
    try Self.check(Input(source), "net definition", planned: model)
    if let file, let weights { try Self.check(try Input(file), "weights file", planned: weights) }
  }

  private static func check(_ found: Input, _ role: String, planned: Input) throws {
    guard found.byteCount == planned.byteCount, found.digest == planned.digest else {
      throw PlanFileError(
        .otherInput(
          role: role, path: found.path, planned: planned, bytes: found.byteCount, digest: found.digest))
    }
  }
}

extension PlanFile.Input {
  /// A text that was read.
  init(_ source: SourceText) {
    self.init(path: source.path, byteCount: source.bytes.count, digest: SHA256.digest(of: source.bytes))
  }

  /// A weights file; its content is read once for this.
  init(_ weights: WeightsFile) throws {
    self.init(
      path: weights.path, byteCount: weights.byteCount, digest: try SHA256.digest(of: weights.file))
  }
}

extension PlanFile.Embedded {
  init(_ source: SourceText) throws {
    guard let text = String(validating: source.bytes, as: UTF8.self) else {
      throw PlanFileError(.notText(path: source.path))
    }
    self.init(input: PlanFile.Input(source), text: text)
  }
}

extension PlanFile.Result {
  /// What comes of a plan; nothing is written for this.
  init(_ plan: Plan, text: [UInt8], weights: (file: WeightsFile, plan: WeightsPlan)?) throws {
    self.init(
      rewriteCount: plan.rewrites.count, typesBefore: plan.typesBefore, typesAfter: plan.typesAfter,
      modelByteCount: text.count, modelDigest: SHA256.digest(of: text),
      weightsByteCount: try weights.map { try WeightsEmitter($0.file).pieces($0.plan).byteCount })
  }
}
