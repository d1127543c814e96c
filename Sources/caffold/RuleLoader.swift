import CaffeIO
import Diagnostics
import Engine
import RuleModel
import Rules
import Verification

/// Reads the rules that the flags ask for.
enum RuleLoader {
  /// The rules that are selected, in resolved order; `files` are the user's, where they have been read already.
  static func load(
    _ options: RuleOptions, _ project: ProjectFile?, files: RuleFiles? = nil,
    fields: (any LayerFields)? = nil
  ) throws -> RuleSet {
    let selection = try selection(options, project)
    let namesRules = selection.namesRules || !options.rules.isEmpty || !(files?.rules ?? []).isEmpty
    let (rules, layouts) = try loadAll(
      options, files: files, fields: fields, extent: namesRules ? .toRun : .toRunByDefault)
    let set = try RuleSet(rules, layouts: layouts, selection: selection)
    try set.checkParameters()
    return set
  }

  /// The rules there are, in the order of the files: built-in ones first, those that the user overrides too.
  ///
  /// - Parameters:
  ///   - fields: the fields that the rules of `--rules` are checked against; the built-in ones need no check.
  ///   - extent: how much of the built-in rules is wanted.
  static func loadAll(
    _ options: RuleOptions, files: RuleFiles? = nil, fields: (any LayerFields)? = nil,
    extent: BuiltinRuleFiles.Extent = .whole
  ) throws -> (rules: [Rule], layouts: [BlobLayout]) {
    let builtin = try BuiltinRules.load(extent)
    // Layouts describe layers, they rewrite nothing: a rule of one's own may use them without the rules.
    let files = try files ?? self.files(options, fields: fields)
    var rules = (options.isolated ? [] : builtin.rules) + files.rules
    // A file may have nothing but types, which rules of other files ask for.
    if !rules.isEmpty { rules[0].typeLists += files.typeLists }
    return (rules, builtin.layouts + files.layouts)
  }

  /// The user's rule files and those that they extend.
  ///
  /// - Throws: the last error of all files; the others are printed.
  static func files(_ options: RuleOptions, fields: (any LayerFields)? = nil) throws -> RuleFiles {
    try faultless(
      RuleFiles(try options.rules.flatMap(sources), check: { check($0, fields) }, read: sources))
  }

  /// Rule files that were read before, and what they extend, which is among them.
  static func files(_ known: [SourceText], fields: (any LayerFields)? = nil) throws -> RuleFiles {
    try faultless(
      RuleFiles(known, check: { check($0, fields) }) { path in
        let found = known.filter { source in
          let normal = RelativePath.normal(source.path)
          return normal == path || normal.hasPrefix(path + "/")
        }
        guard !found.isEmpty else { throw RuleError(.unreadable("the plan does not hold it")) }
        return found
      })
  }

  /// A rule file, checked.
  static func check(_ source: SourceText, _ fields: (any LayerFields)?) -> (
    file: RuleFile, errors: [any DiagnosticError]
  ) {
    RuleFile.check(
      source, kernels: KernelRegistry.signatures, reasons: Refusal.Reason.codes, fields: fields)
  }

  private static func faultless(_ files: RuleFiles) throws -> RuleFiles {
    for error in files.errors.dropLast() { Console.error(error.diagnostic) }
    if let last = files.errors.last { throw last }
    return files
  }

  /// The problems that stop nothing.
  ///
  /// - Throws: a problem that stops the run; those before it are printed, ten in all.
  static func faultless(_ problems: [DefinitionProblem]) throws -> [DefinitionProblem] {
    let errors = problems.filter(\.isError).prefix(10)
    for error in errors.dropLast() { Console.error(error.diagnostic) }
    if let last = errors.last { throw last }
    return problems
  }

  /// The texts of the rule files at a path.
  static func sources(at path: String) throws -> [SourceText] { try files(at: path).map(source) }

  /// What the flags select; `project` is the file that completed them.
  static func selection(_ options: RuleOptions, _ project: ProjectFile?) throws -> RuleSet.Selection {
    func words(_ values: [String]) -> [String] {
      values.flatMap { $0.split(separator: ",").map { String($0.trimmingSpaces) } }.filter { !$0.isEmpty }
    }
    var selection = RuleSet.Selection()
    selection.select = words(options.select)
    selection.extendSelect = words(options.extendSelect)
    selection.ignore = words(options.ignore)
    selection.allowsApproximate = options.unsafe
    selection.arguments = try options.parameters.arguments
    project?.locate(&selection)
    return selection
  }

  /// The text of a rule file.
  static func source(_ path: String) throws -> SourceText {
    SourceText(path: path, bytes: try Files.read(path))
  }

  /// The file itself, or the rule files of a folder and the folders in it, in the order of their names.
  static func files(at path: String) throws -> [String] {
    guard Files.isFolder(path) else { return [path] }
    let files = try ruleFiles(in: path, depth: 0)
    guard !files.isEmpty else { throw RuleError(.noRules(path: path)) }
    return files
  }

  private static func ruleFiles(in folder: String, depth: Int) throws -> [String] {
    // A link can lead back up.
    guard depth < 16 else { return [] }
    return try Files.list(folder).sorted().flatMap { name in
      let path = Files.join(folder, name)
      if Files.isFolder(path) { return try ruleFiles(in: path, depth: depth + 1) }
      return name.hasSuffix(".yaml") || name.hasSuffix(".yml") ? [path] : []
    }
  }
}

extension Substring {
  fileprivate var trimmingSpaces: Substring {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return text
  }
}
