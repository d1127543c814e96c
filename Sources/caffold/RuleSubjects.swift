import CaffeIO
import Engine
import RuleModel
import Rules

/// The rules that the arguments of a command name: files and folders of rules, ids, globs and tags.
enum RuleSubjects {
  /// The rules, every layout that they may need, and the fields that the files list as harmless. When nothing is named: the project's rules, and without a project
  /// all built-in ones.
  static func rules(
    _ subjects: [String], _ project: ProjectFile?, fields: any LayerFields
  ) throws -> (rules: [Rule], layouts: [BlobLayout], harmlessFields: [String]) {
    let paths = subjects.filter(isPath)
    let selectors = subjects.filter { !isPath($0) }
    var options = try RuleOptions.none
    options.rules = (project?.rules ?? []) + paths
    let files = try RuleLoader.files(options, fields: fields)
    let (all, layouts) = try RuleLoader.loadAll(options, files: files, fields: fields)
    if let repeated = RuleSet.repetitions(in: all).first { throw repeated }
    var rules: [Rule] = []
    if !paths.isEmpty || subjects.isEmpty {
      options.rules = subjects.isEmpty ? options.rules : paths
      rules = RuleSet.overridden(try RuleLoader.files(options, fields: fields).rules)
    }
    if !selectors.isEmpty || subjects.isEmpty && rules.isEmpty {
      var selection = RuleSet.Selection()
      selection.select = subjects.isEmpty ? ["ALL"] : selectors
      selection.allowsApproximate = true
      let named = project == nil ? all.filter(\.isBuiltin) : all
      let files = Set(rules.map(\.id))
      rules =
        try RuleSet(named, layouts: [], selection: selection).rules.filter { !files.contains($0.id) } + rules
    }
    return (rules, try RuleSet([], layouts: layouts).layouts, files.harmlessFields)
  }

  /// Ids and tags have neither slashes nor endings.
  private static func isPath(_ subject: String) -> Bool {
    subject.contains("/") || subject.hasSuffix(".yaml") || subject.hasSuffix(".yml")
      || Files.isFolder(subject)
  }
}
