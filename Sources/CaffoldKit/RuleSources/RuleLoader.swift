import CaffeIO
import Definitions
import Diagnostics
import Engine
import Layers
import RuleModel
import Rules
import Verification

/// Reads the rules that options ask for.
package enum RuleLoader {
  /// The rules that are selected, in resolved order.
  ///
  /// - Parameters:
  ///   - files: the user's rule files, which were read before.
  ///   - kind: rules that rewrite, or rules that report.
  ///   - net: the net that they are for; what layers of forks consist of is read where it has such layers.
  /// - Throws: `RuleError` for a selector or parameter that fits nothing.
  package static func load(
    _ options: RuleOptions, files: RuleFiles, kind: Rule.Kind = .rewriting, for net: NetDefinition? = nil
  ) throws -> RuleSet {
    var selection = try options.selection
    selection.kind = kind
    let extent: BuiltinRuleFiles.Extent
    if kind == .reporting {
      extent = .toCheck
    } else if selection.namesRules || !files.rules.isEmpty {
      extent = .toRun
    } else {
      let hasForks = net?.layers.contains { LayerRegistry.facts(ofType: $0.type) == nil } ?? false
      extent = hasForks ? .toRunByDefaultOnForks : .toRunByDefault
    }
    let (rules, layouts) = try loadAll(options, files: files, extent: extent)
    let set = try RuleSet(rules, layouts: layouts, selection: selection)
    try set.checkParameters()
    return set
  }

  /// The rules there are, in the order of the files: built-in ones first, those that the user overrides too.
  ///
  /// - Parameter extent: how much of the built-in rules is wanted.
  package static func loadAll(
    _ options: RuleOptions, files: RuleFiles, extent: BuiltinRuleFiles.Extent = .whole
  ) throws -> (rules: [Rule], layouts: [BlobLayout]) {
    let builtin = try BuiltinRules.load(extent)
    // Layouts describe layers, they rewrite nothing: a rule of one's own may use them without the rules.
    var rules = (options.isIsolated ? [] : builtin.rules) + files.rules
    // A file may have nothing but types, which rules of other files ask for.
    if !rules.isEmpty { rules[0].typeLists += files.typeLists }
    return (rules, builtin.layouts + files.meanings)
  }

  /// The user's rule files and those that they extend.
  ///
  /// - Parameter fields: the fields that the rules are checked against; the built-in ones need no check.
  /// - Throws: `FaultyFiles` with the errors of all files; `RuleFileError`; `FileError`.
  package static func files(_ options: RuleOptions, fields: (any LayerFields)? = nil) throws -> RuleFiles {
    try faultless(checked(try options.files.flatMap(RuleSources.at), options, fields: fields))
  }

  /// Checks rule files and what they extend; what is wrong with them is in the result.
  package static func checked(
    _ sources: [SourceText], _ options: RuleOptions, fields: (any LayerFields)?
  ) -> RuleFiles {
    let boundary = RuleSources.Boundary(options)
    return RuleFiles(
      sources, isKnown: LayerRegistry.knows, check: { check($0, fields) },
      read: { try RuleSources.at($0, within: boundary) })
  }

  /// Rule files that were read before, and what they extend, which is among them.
  package static func files(_ known: [SourceText], fields: (any LayerFields)? = nil) throws -> RuleFiles {
    try faultless(
      RuleFiles(known, isKnown: LayerRegistry.knows, check: { check($0, fields) }) { path in
        let found = known.filter { source in
          let normal = RelativePath.normal(source.path)
          return normal == path || normal.hasPrefix(path + "/")
        }
        guard !found.isEmpty else { throw RuleFileError.notInPlan(path: path) }
        return found
      })
  }

  private static func check(_ source: SourceText, _ fields: (any LayerFields)?) -> (
    file: RuleFile, errors: [any DiagnosticError]
  ) {
    RuleFile.check(
      source, kernels: KernelRegistry.signatures, reasons: Refusal.Reason.codes, operators: OperatorForm.all,
      fields: fields)
  }

  private static func faultless(_ files: RuleFiles) throws -> RuleFiles {
    guard files.errors.isEmpty else { throw FaultyFiles(files.errors) }
    return files
  }
}
