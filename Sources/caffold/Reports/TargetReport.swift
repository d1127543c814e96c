import CaffoldKit
import Diagnostics
import JSON

/// What a target refuses or misreads of a net that was made for it.
struct TargetReport {
  private let target: TargetFindings

  init(_ target: TargetFindings) { self.target = target }

  /// The findings, and a line that sums them up.
  func text(isQuiet: Bool = false) -> String {
    let shown = isQuiet ? target.findings.filter { $0.severity != .note } : target.findings
    let blocks = shown.map { FindingText($0).lines.joined(separator: "\n") + "\n\n" }
    if isQuiet, blocks.isEmpty { return "" }
    let errors = target.findings.count { $0.severity == .error }
    let verdict =
      errors > 0
      ? "target \(target.name): \(Format.counted(errors, "error")) left; no rule of this run mends \(errors == 1 ? "it" : "them")"
      : "target \(target.name): nothing known speaks against the result"
    return "\n" + blocks.joined() + verdict + "\n"
  }

  var json: JSONValue {
    .object([
      ("name", .string(target.name)), ("accepted", .boolean(target.isAccepted)),
      ("findings", .array(target.findings.map(FindingsReport.json))),
    ])
  }
}
