import Definitions
import Engine
import RuleModel
import Rules

/// The rules that come with the program, checked.
package enum BuiltinRules {
  // What runs need is read once, on first use.
  private static let toRunByDefault = Result { try read(.toRunByDefault) }
  private static let toRun = Result { try read(.toRun) }

  /// Reads and checks them, or as much of them as is wanted.
  ///
  /// - Throws: never, for rules that passed the tests; a `DiagnosticError` while somebody edits one.
  package static func load(
    _ extent: BuiltinRuleFiles.Extent = .whole
  ) throws -> (rules: [Rule], layouts: [BlobLayout]) {
    switch extent {
    case .toRunByDefault: try toRunByDefault.get()
    case .toRun: try toRun.get()
    case .whole, .toRunByDefaultOnForks, .toCheck: try read(extent)
    }
  }

  private static func read(
    _ extent: BuiltinRuleFiles.Extent
  ) throws -> (rules: [Rule], layouts: [BlobLayout]) {
    var rules: [Rule] = []
    var layouts: [BlobLayout] = []
    var lists: [TypeList] = []
    for source in BuiltinRuleFiles.sources(extent) {
      let file = try RuleFile(
        source, kernels: KernelRegistry.signatures, reasons: Refusal.Reason.codes,
        operators: OperatorForm.all, isBuiltin: true)
      rules += file.rules
      if file.rules.isEmpty { lists += file.typeLists.filter { !$0.types.isEmpty } }
      layouts += file.meanings
    }
    // A file may have only lists of types, which rules of other files use.
    if !rules.isEmpty { rules[0].typeLists += lists }
    return (rules, layouts)
  }

  /// The page about them, in Markdown: `Documentation/BuiltinRules.md`.
  package static func reference() throws -> String {
    let (rules, layouts) = try load()
    var everything = RuleSet.Selection()
    everything.select = ["ALL"]
    everything.kind = nil
    everything.allowsApproximate = true
    let set = try RuleSet(rules, layouts: layouts, selection: everything)
    return RuleReference(set, kernels: KernelRegistry.signatures).markdown
  }
}
