import CaffeIO
import Diagnostics
import Engine
import Export
import RuleModel
import Rules

/// Finds targets by what `--target` says: the name of a built-in one, or a file.
package enum TargetLoader {
  /// A target with the text it was read from.
  package struct Loaded: Sendable {
    /// The target.
    package let target: Target
    /// Its file.
    package let source: SourceText
    /// Whether it comes with the program.
    package let isBuiltin: Bool
  }

  /// The target that a word means.
  ///
  /// - Throws: `TargetError` for a name that no target has and a file without a target; errors of the file.
  package static func load(_ word: String, fields: (any LayerFields)? = nil) throws -> Loaded {
    guard isPath(word) else {
      guard let source = BuiltinRuleFiles.targets.first(where: { name(of: $0) == word }) else {
        throw TargetError.unknown(word, known: names)
      }
      return try read(source, isBuiltin: true, fields: nil)
    }
    let source = SourceText(path: word, bytes: try Files.read(word, limit: FileLimits.settings))
    return try read(source, isBuiltin: false, fields: fields)
  }

  /// The built-in targets, by name.
  package static func builtin() throws -> [Loaded] {
    try BuiltinRuleFiles.targets.map { try read($0, isBuiltin: true, fields: nil) }
  }

  /// The layer types of Caffe's that a target runs as nodes of their names.
  ///
  /// - Throws: as `load`; `TargetError` for a target that has none.
  static func nativeTypes(of word: String) throws -> TypePattern {
    let target = try load(word).target
    guard let types = target.nativeTypes else {
      let others = try builtin().filter { $0.target.nativeTypes != nil }.map(\.target.id)
      throw TargetError.noNativeTypes(target.id, others: others)
    }
    return types
  }

  /// The names of the built-in targets.
  static var names: [String] { BuiltinRuleFiles.targets.map(name) }

  /// Whether a word names a file rather than a built-in target.
  static func isPath(_ word: String) -> Bool { word.contains("/") || RuleSources.isRuleFile(word) }

  /// `mnn` for `rules/targets/mnn.yaml`.
  private static func name(of source: SourceText) -> String {
    String(Files.split(source.path).name.prefix { $0 != "." })
  }

  private static func read(
    _ source: SourceText, isBuiltin: Bool, fields: (any LayerFields)?
  ) throws -> Loaded {
    let (file, errors) = RuleFile.check(
      source, kernels: KernelRegistry.signatures, reasons: Refusal.Reason.codes, operators: OperatorForm.all,
      isBuiltin: isBuiltin, fields: fields)
    guard errors.isEmpty else { throw FaultyFiles(errors) }
    guard let target = file.target else { throw TargetError.noTarget(path: source.path) }
    return Loaded(target: target, source: source, isBuiltin: isBuiltin)
  }
}

/// What is wrong with the word behind `--target`. Facts and wording.
enum TargetError: DiagnosticError {
  /// A name that no built-in target has.
  case unknown(String, known: [String])
  /// A rule file that describes no target.
  case noTarget(path: String)
  /// A target without `native` operators, given to `--profile`.
  case noNativeTypes(String, others: [String])
  /// A target that is made of ONNX files, where a Caffe net is written.
  case takesOnnx(String)
  /// A target that is made of Caffe nets, where an ONNX file is written.
  case takesCaffe(String)

  var diagnostic: Diagnostic {
    switch self {
    case .unknown(let word, let known):
      let remedy =
        Suggestion.nearest(to: word, among: known).map { "did you mean '\($0)'?" }
        ?? "there are \(Wording.list(known.map { "'\($0)'" }, "and")), and files of your own"
      return Diagnostic(.error, at: .none, "there is no target '\(word)'; \(remedy)")
    case .noTarget(let path):
      return Diagnostic(
        .error, at: .file(path), "the file describes no target; write 'target:' with 'id' and 'summary'")
    case .noNativeTypes(let id, let others):
      return Diagnostic(
        .error, at: .none,
        "target '\(id)' states no 'native' operators, so --profile has no layer to keep; targets that state some: \(Wording.list(others.map { "'\($0)'" }, "and"))"
      )
    case .takesOnnx(let id):
      return Diagnostic(
        .error, at: .none, "target '\(id)' takes ONNX files; use 'caffold export --target \(id)'")
    case .takesCaffe(let id):
      return Diagnostic(
        .error, at: .none, "target '\(id)' takes Caffe nets; use 'caffold fold --target \(id)'")
    }
  }
}
