import RuleModel

/// The tables of `Documentation/Check.md` and `Documentation/Targets.md`, in Markdown.
package enum CheckReference {
  /// The checks that are always made.
  package static var checks: String {
    table(
      ["check", "severity", "what it finds"],
      StandingCheck.all.map { ["`\($0.id)`", $0.severity.rawValue, $0.summary] })
  }

  /// The built-in targets.
  ///
  /// - Throws: `DiagnosticError` while somebody edits one.
  package static func targets() throws -> String {
    let rows = try TargetLoader.builtin().map { loaded in
      let target = loaded.target
      let evidence = target.claims.map(\.evidence) + target.rules.compactMap(\.report?.evidence)
      var sources: [String] = []
      for item in evidence {
        let text = "\(item.kind.rawValue): \(item.source), \(item.date)"
        if !sources.contains(text) { sources.append(text) }
      }
      let count = target.claims.count + target.rules.count
      return [
        "`\(target.id)`", target.takes.rawValue, target.summary, "\(count)", sources.joined(separator: "; "),
        target.mends.map { "`\($0)`" }.joined(separator: ", "),
      ]
    }
    return table(["target", "takes", "description", "statements", "known from", "mends"], rows)
  }

  private static func table(_ head: [String], _ rows: [[String]]) -> String {
    func line(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |\n" }
    return line(head) + "|\(String(repeating: "---|", count: head.count))\n" + rows.map(line).joined()
  }
}
