import CaffeIO
import Diagnostics
import Engine
import RuleModel
import Rules
import Verification

/// Everything that is wrong with rule files; nothing is run.
public struct RuleCheck {
  /// The errors, file by file.
  public let errors: [Diagnostic]
  /// What the authors should know.
  public let notes: [Diagnostic]
  /// How many files were read, those that others extend included.
  public let fileCount: Int
  /// How many rules they hold.
  public let ruleCount: Int
  /// How many layouts they hold.
  public let layoutCount: Int

  /// How many definitions of layer types they hold.
  public let definitionCount: Int

  /// Checks the rule files that options name, against Caffe's schema and those of forks.
  ///
  /// - Parameter isThorough: whether every field is told in which a fork's schema differs from Caffe's.
  /// - Throws: `DiagnosticError` for a fork's schema that cannot be read; errors of rule files are in `errors`.
  public init(
    _ options: RunOptions, isThorough: Bool = true, _ observer: RunObserver = RunObserver()
  ) throws {
    let schemas = try ForkSchemas(options.protos, isThorough: isThorough, observer)
    var sources: [SourceText] = []
    var unread: [any DiagnosticError] = []
    for path in options.rules.files {
      do {
        sources += try RuleSources.at(path)
      } catch let error as any DiagnosticError {
        unread.append(error)
      }
    }
    let checked = RuleLoader.checked(sources, options.rules, fields: schemas.fields)
    let rules = checked.rules
    let found: [any DiagnosticError] = checked.errors + unread + RuleSet.repetitions(in: rules)
    errors = found.map(\.diagnostic)
    // A rule with an error may be the one that names the type.
    notes =
      checked.entries.flatMap(\.file.notes)
      + (found.isEmpty ? Self.unusedLayouts(checked.layouts, rules) : [])
    fileCount = checked.entries.count
    ruleCount = rules.count
    layoutCount = checked.layouts.count
    definitionCount = checked.definitions.count
  }

  /// A note for each layout of a type that no rule names, with a rule that makes use of it.
  private static func unusedLayouts(_ layouts: [BlobLayout], _ rules: [Rule]) -> [Diagnostic] {
    let named = ((try? BuiltinRules.load().rules) ?? []) + rules
    let globs = named.flatMap(\.pattern.captures).flatMap(\.types.names).map(Glob.init)
    return layouts.filter { !$0.isBuiltin && $0.refusal == nil }.compactMap { layout in
      let unnamed = layout.types.names.first { name in !globs.contains { $0.matches(name) } }
      guard let type = unnamed, Glob(type).literal != nil else { return nil }
      return Diagnostic(
        .note, at: .text(layout.place),
        """
        no rule names \(type), so no fold uses this layout; write one: {id: fold-\(layout.id), summary: Fold \(type)., \
        match: {conv: {type: Convolution}, norm: {type: \(type), bottom: conv}}, transform: [{kernel: fold-affine, into: conv, \
        scale: affine(norm).scale, shift: affine(norm).shift}], rewrite: {keep: conv, remove: norm}}
        """)
    }
  }
}
