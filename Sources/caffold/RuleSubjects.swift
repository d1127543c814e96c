import CaffeIO
import Engine
import Rules

/// The rules that the arguments of a command name: files and folders of rules, ids, globs and tags.
enum RuleSubjects {
  /// The rules, and every layout that they may need; all built-in ones when nothing is named.
  static func rules(
    _ subjects: [String], fields: any LayerFields
  ) throws -> (rules: [Rule], layouts: [BlobLayout]) {
    var options = try RuleOptions.none
    options.rules = subjects.filter(isPath)
    let (all, layouts) = try RuleLoader.loadAll(options, fields: fields)
    var selection = RuleSet.Selection()
    selection.select = subjects.filter { !isPath($0) }
    selection.allowsApproximate = true
    if let repeated = RuleSet.repetitions(in: all).first { throw repeated }
    var rules = RuleSet.overridden(all.filter { !$0.isBuiltin })
    if !selection.select.isEmpty || subjects.isEmpty {
      if subjects.isEmpty { selection.select = ["ALL"] }
      let named = try RuleSet(all.filter(\.isBuiltin), layouts: [], selection: selection).rules
      rules = named + rules
    }
    return (rules, try RuleSet([], layouts: layouts).layouts)
  }

  /// Ids and tags have neither slashes nor endings.
  private static func isPath(_ subject: String) -> Bool {
    subject.contains("/") || subject.hasSuffix(".yaml") || subject.hasSuffix(".yml")
      || Files.isFolder(subject)
  }
}
