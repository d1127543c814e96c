import Diagnostics
import RuleModel

/// Rules and layouts of one file, checked.
package struct RuleFile: Sendable {
  /// The files whose rules come before those of this one.
  package let extends: [RuleText]
  /// The rules, in file order.
  package let rules: [Rule]
  /// The layouts, in file order.
  package let layouts: [BlobLayout]
  /// What layer types compute, in file order.
  package let definitions: [TypeDefinition]
  /// What the engine goes by where it asks what a layer computes: the layouts, and what the definitions say.
  package var meanings: [BlobLayout] { layouts + definitions.map { BlobLayout($0) } }
  /// The paths of fields that do not change what a layer computes.
  package let harmlessFields: [String]
  /// The lists of types.
  package let typeLists: [TypeList]
  /// What a program accepts; nil in a file that is about none.
  package let target: Target?
  /// What the author should know and what stops nothing, in the order it was found.
  package let notes: [Diagnostic]

  /// Reads and checks a rule file.
  ///
  /// - Parameters:
  ///   - kernels: what rules may call.
  ///   - reasons: the codes of refusals that rule tests may expect.
  ///   - operators: what definitions of layer types are made of.
  ///   - fields: the fields that layers have; without it every path is taken to exist.
  /// - Throws: a `DiagnosticError` with the place, the first of the file where there are several.
  package init(
    _ source: SourceText, kernels: [KernelSignature], reasons: [String], operators: [OperatorForm] = [],
    isBuiltin: Bool = false, fields: (any LayerFields)? = nil
  ) throws {
    let (file, errors) = Self.check(
      source, kernels: kernels, reasons: reasons, operators: operators, isBuiltin: isBuiltin, fields: fields)
    if let first = errors.first { throw first }
    self = file
  }

  /// Reads and checks a rule file, and tells everything that is wrong with it, in the order of the file.
  ///
  /// The file holds the rules and layouts that nothing is wrong with.
  package static func check(
    _ source: SourceText, kernels: [KernelSignature], reasons: [String], operators: [OperatorForm] = [],
    isBuiltin: Bool = false, fields: (any LayerFields)? = nil
  ) -> (file: RuleFile, errors: [any DiagnosticError]) {
    let problems = RuleProblems()
    let document = problems.attempt { try RuleDocument(source, problems) }
    var context = RuleContext(fields: fields)
    context.typeLists = document?.typeLists ?? []
    context.typeLists.append(TypeList.definedInLayers(document?.definitions ?? []))
    context.typeLists.append(TypeList.definedAsOneLayer(document?.definitions ?? []))
    let checker = RuleChecker(
      source: source, kernels: kernels, reasons: reasons, isBuiltin: isBuiltin, problems: problems,
      context: context)
    var rules = document?.rules.compactMap(checker.check) ?? []
    var target: Target?
    if let map = document?.target {
      let targets = TargetChecker(source: source, problems: problems)
      target = targets.check(map)
      rules = targets.completing(rules, of: map)
      target?.rules = rules.filter { $0.report != nil }
    }
    let layouts =
      document?.layouts.compactMap { layout in problems.attempt { try checker.check(layout) } } ?? []
    let definer = DefinitionChecker(
      source: source, operators: operators, isBuiltin: isBuiltin, context: context)
    let definitions = problems.attemptEach(document?.definitions ?? []) { try definer.check($0) }
    var notes = context.notes.found
    if problems.isFull { notes.append(RuleNotes.tooManyErrors(in: source.path)) }
    let file = RuleFile(
      extends: document?.extends ?? [], rules: rules, layouts: layouts,
      definitions: definitions, harmlessFields: document?.harmlessFields.map(\.text) ?? [],
      typeLists: context.typeLists, target: target, notes: notes)
    return (file, problems.errors)
  }

  private init(
    extends: [RuleText], rules: [Rule], layouts: [BlobLayout],
    definitions: [TypeDefinition], harmlessFields: [String], typeLists: [TypeList], target: Target?,
    notes: [Diagnostic]
  ) {
    self.extends = extends
    self.rules = rules
    self.layouts = layouts
    self.definitions = definitions
    self.harmlessFields = harmlessFields
    self.typeLists = typeLists
    self.target = target
    self.notes = notes
  }
}
