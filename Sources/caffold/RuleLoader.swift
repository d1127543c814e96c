import CaffeIO
import Diagnostics
import Engine
import Rules

/// Reads the rules that the flags ask for.
enum RuleLoader {
  static func load(_ options: RuleOptions) throws -> RuleSet {
    let builtin = try BuiltinRules.load()
    var rules = options.isolated ? [] : builtin.rules
    // Layouts describe layers, they rewrite nothing: a rule of one's own may use them without the rules.
    var layouts = builtin.layouts
    for path in options.rules {
      for file in try files(at: path) {
        let source = SourceText(path: file, bytes: try Files.read(file))
        let checked = try RuleFile(
          source, kernels: KernelRegistry.signatures, reasons: Refusal.Reason.codes)
        rules += checked.rules
        layouts += checked.layouts
      }
    }
    func words(_ values: [String]) -> [String] {
      values.flatMap { $0.split(separator: ",").map { String($0.trimmingSpaces) } }.filter { !$0.isEmpty }
    }
    var selection = RuleSet.Selection()
    selection.select = words(options.select)
    selection.extendSelect = words(options.extendSelect)
    selection.ignore = words(options.ignore)
    selection.allowsApproximate = options.unsafe
    return try RuleSet(rules, layouts: layouts, selection: selection)
  }

  /// The file itself, or the rule files of a folder in the order of their names.
  static func files(at path: String) throws -> [String] {
    guard Files.isFolder(path) else { return [path] }
    let files = try Files.list(path).filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted()
    guard !files.isEmpty else { throw RuleError(.noRules(path: path)) }
    return files.map { Files.join(path, $0) }
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
