import CaffeIO
import Engine
import RuleModel
import Rules

/// The rules that arguments name: files and folders of rules, ids, globs and tags.
package enum RuleSubjects {
  /// The rules, every layout that they may need, and the schema with the fields that the files list as harmless. When
  /// nothing is named: the rules of `options.files`, and without any all built-in ones.
  package static func rules(
    _ subjects: [String], _ options: RuleOptions, _ schemas: ForkSchemas
  ) throws -> (rules: [Rule], layouts: [BlobLayout], schema: Schema) {
    let paths = subjects.filter(isPath)
    let selectors = subjects.filter { !isPath($0) }
    var wanted = options
    wanted.isIsolated = false
    wanted.files += paths
    let read = try RuleLoader.files(wanted, fields: schemas.fields)
    let (all, layouts) = try RuleLoader.loadAll(wanted, files: read)
    if let repeated = RuleSet.repetitions(in: all).first { throw repeated }
    var rules: [Rule] = []
    if !paths.isEmpty || subjects.isEmpty {
      if !subjects.isEmpty { wanted.files = paths }
      rules = RuleSet.overridden(try RuleLoader.files(wanted, fields: schemas.fields).rules).map {
        $0.adding(read.typeLists)
      }
    }
    if !selectors.isEmpty || subjects.isEmpty && rules.isEmpty {
      var selection = RuleSet.Selection()
      selection.select = subjects.isEmpty ? ["ALL"] : selectors
      selection.allowsApproximate = true
      selection.kind = nil
      let named = options.files.isEmpty ? all.filter(\.isBuiltin) : all
      let files = Set(rules.map(\.id))
      rules =
        try RuleSet(named, layouts: [], selection: selection).rules.filter { !files.contains($0.id) } + rules
    }
    return (rules, try RuleSet([], layouts: layouts).layouts, schemas.schema(with: read))
  }

  /// The layer definitions of the files and folders that arguments name; when nothing is named, those of `options.files`.
  ///
  /// - Parameter inAllFiles: whether those of `options.files` count too where something is named.
  package static func definitions(
    _ subjects: [String], _ options: RuleOptions, _ schemas: ForkSchemas, inAllFiles: Bool = false
  ) throws -> [TypeDefinition] {
    var wanted = options
    wanted.isIsolated = false
    if !subjects.isEmpty {
      let named = subjects.filter(isPath)
      wanted.files = inAllFiles ? options.files.filter { !named.contains($0) } + named : named
    }
    guard !wanted.files.isEmpty else { return [] }
    return try RuleLoader.files(wanted, fields: schemas.fields).definitions
  }

  /// Ids and tags have neither slashes nor endings.
  private static func isPath(_ subject: String) -> Bool {
    subject.contains("/") || subject.hasSuffix(".yaml") || subject.hasSuffix(".yml")
      || Files.isFolder(subject)
  }
}
