import RuleModel

/// The table of functions in `Documentation/Rules.md`, made from their entries.
package enum FunctionReference {
  /// The line of the page before the table, and the one behind it.
  package static let markers = (
    start: "<!-- functions: 'caffold rules reference --functions' prints this table -->",
    end: "<!-- end of functions -->"
  )

  /// The table in Markdown: a heading for each kind, and a row for each function.
  package static var markdown: String {
    var lines = ["| function | value |", "|---|---|"]
    for kind in ExpressionFunction.Kind.allCases {
      lines.append("| **\(kind.rawValue)** | |")
      for function in ExpressionFunction.all where function.kind == kind {
        lines.append("| `\(function.usage)` | \(function.summary) |")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
