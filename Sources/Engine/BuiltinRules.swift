import Rules

/// The rules that come with the program, checked.
package enum BuiltinRules {
  /// Reads and checks them.
  ///
  /// - Throws: never, for rules that passed the tests; a `DiagnosticError` while somebody edits one.
  package static func load() throws -> (rules: [Rule], layouts: [BlobLayout]) {
    var rules: [Rule] = []
    var layouts: [BlobLayout] = []
    for source in BuiltinRuleFiles.sources {
      let file = try RuleFile(
        source, kernels: KernelRegistry.signatures, reasons: Refusal.Reason.codes, isBuiltin: true)
      rules += file.rules
      layouts += file.layouts
    }
    return (rules, layouts)
  }
}
