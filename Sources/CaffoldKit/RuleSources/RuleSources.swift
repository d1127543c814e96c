import CaffeIO
import Diagnostics
import Rules

/// The texts of rule files, from files and folders.
package enum RuleSources {
  /// The texts of the rule files at a path that the user named.
  ///
  /// - Throws: `FileError`; `RuleFileError` for a folder without rule files.
  package static func at(_ path: String) throws -> [SourceText] {
    guard Files.isFolder(path) else { return [try read(path)] }
    let files = try search(path)
    guard !files.isEmpty else { throw RuleFileError.noRules(path: path) }
    return try files.map(read)
  }

  /// The texts at a path that a rule file named.
  ///
  /// - Throws: as above, and `RuleFileError` for what is no rule file or lies outside.
  static func at(_ path: String, within boundary: Boundary) throws -> [SourceText] {
    if !Files.isFolder(path), !isRuleFile(path) { throw RuleFileError.noRuleFile(path: path) }
    guard boundary.holds(path) else { throw RuleFileError.outside(path: path) }
    return try at(path)
  }

  /// Where files must lie that a rule file names: in the folders of the files that the user named, or below.
  struct Boundary {
    /// The folders, links followed; nil for none.
    private let folders: [String]?

    init(_ options: RuleOptions) {
      folders =
        options.extendsAnywhere
        ? nil : options.files.map { Files.resolved(Files.isFolder($0) ? $0 : Files.folder(of: $0)) }
    }

    func holds(_ path: String) -> Bool {
      guard let folders else { return true }
      let resolved = Files.resolved(path)
      return folders.contains { resolved == $0 || resolved.hasPrefix($0.hasSuffix("/") ? $0 : $0 + "/") }
    }
  }

  /// Whether a file is named like a rule file.
  static func isRuleFile(_ name: String) -> Bool { name.hasSuffix(".yaml") || name.hasSuffix(".yml") }

  private static func read(_ path: String) throws -> SourceText {
    let bytes = try Files.read(path, limit: FileLimits.settings)
    return SourceText(path: path, bytes: bytes)
  }

  /// The rule files of a folder and the folders in it, in the order of their names. A folder that links lead to twice is
  /// searched once.
  private static func search(_ folder: String) throws -> [String] {
    var seen: Set<Files.Identity> = []
    func search(_ folder: String) throws -> [String] {
      guard let identity = Files.identity(of: folder), seen.insert(identity).inserted else { return [] }
      return try Files.list(folder).sorted().flatMap { name in
        let path = Files.join(folder, name)
        if Files.isFolder(path) { return try search(path) }
        return isRuleFile(name) ? [path] : []
      }
    }
    return try search(folder)
  }
}

/// What keeps rule files from being read. Facts and wording.
enum RuleFileError: DiagnosticError {
  /// A folder without rule files.
  case noRules(path: String)
  /// A file whose name does not end like that of a rule file.
  case noRuleFile(path: String)
  /// A file outside the folder of the rule files.
  case outside(path: String)
  /// A plan has no file of this path.
  case notInPlan(path: String)

  var diagnostic: Diagnostic {
    switch self {
    case .noRules(let path):
      return Diagnostic(.error, at: .none, "no rule files (.yaml, .yml) in '\(path)'")
    case .noRuleFile(let path):
      return Diagnostic(
        .error, at: .file(path), "this is no rule file: the name of a rule file ends in .yaml or .yml")
    case .outside(let path):
      return Diagnostic(
        .error, at: .file(path),
        "the file is outside the folder of the rule file; move it there, name it with --rules, or give --extend-anywhere"
      )
    case .notInPlan(let path):
      return Diagnostic(.error, at: .file(path), "the plan does not hold it")
    }
  }
}
