import Rules

/// The rules that come with the program, checked.
package enum BuiltinRules {
  /// What a run that names no rules needs, read on first use.
  private static let byDefault = Result { try read(.toRunByDefault) }

  /// Reads and checks them, or as much of them as is wanted.
  ///
  /// - Throws: never, for rules that passed the tests; a `DiagnosticError` while somebody edits one.
  package static func load(
    _ extent: BuiltinRuleFiles.Extent = .whole
  ) throws -> (rules: [Rule], layouts: [BlobLayout]) {
    extent == .toRunByDefault ? try byDefault.get() : try read(extent)
  }

  private static func read(
    _ extent: BuiltinRuleFiles.Extent
  ) throws -> (rules: [Rule], layouts: [BlobLayout]) {
    var rules: [Rule] = []
    var layouts: [BlobLayout] = []
    for source in BuiltinRuleFiles.sources(extent) {
      let file = try RuleFile(
        source, kernels: KernelRegistry.signatures, reasons: Refusal.Reason.codes, isBuiltin: true)
      rules += file.rules
      layouts += file.layouts
    }
    return (rules, layouts)
  }

  /// The page about them, in Markdown: `Documentation/BuiltinRules.md`.
  package static func reference() throws -> String {
    let (rules, layouts) = try load()
    var everything = RuleSet.Selection()
    everything.select = ["ALL"]
    everything.allowsApproximate = true
    let set = try RuleSet(rules, layouts: layouts, selection: everything)
    return RuleReference(set, kernels: KernelRegistry.signatures).markdown
  }
}
