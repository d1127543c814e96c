import CaffoldKit
import Diagnostics
import JSON

/// What became of the models of a batch, for people and for machines.
struct BatchReport {
  /// What became of a model.
  enum Outcome: String {
    case folded
    case unchanged
    case failed
  }

  /// One model.
  struct Row {
    var model: BatchModel
    var outcome: Outcome
    /// Nil for one that failed.
    var summary: BatchSummary?
    /// What its process said.
    var message: String
  }

  let rows: [Row]
  let isDryRun: Bool
  let projectFile: String?

  private func count(_ outcome: Outcome) -> Int { rows.count { $0.outcome == outcome } }

  /// What people are told of a model: `unchanged` would sound as if the fold found nothing to do.
  static func words(_ outcome: Outcome, _ summary: BatchSummary?) -> String {
    switch outcome {
    case .folded: summary?.isChanged == false ? "nothing changed" : "folded"
    case .unchanged: "up to date"
    case .failed: "failed"
    }
  }

  // MARK: Text

  /// A table, what stays, and a line of sums; lines of the table take `width` columns at most.
  func text(width: Int?) -> String {
    let idle = rows.count { $0.outcome == .folded && $0.summary?.isChanged == false }
    var counts = ["\(Format.grouped(count(.folded) - idle)) folded"]
    if idle > 0 { counts.append("\(Format.grouped(idle)) with nothing changed") }
    counts += [Outcome.unchanged, .failed].map { "\(Format.grouped(count($0))) \(Self.words($0, nil))" }
    let sum = "\(Format.counted(rows.count, "model")): \(counts.joined(separator: ", "))"
    return (table(width) + stays + [sum + (isDryRun ? "; dry run, nothing written" : "")])
      .joined(separator: "\n") + "\n"
  }

  private func table(_ width: Int?) -> [String] {
    var table = Table(left: [0, 1])
    table.add("model", "", "layers", "stay", "error", "size")
    for row in rows {
      guard let summary = row.summary else {
        table.add(row.model.files.model, Self.words(row.outcome, nil), "", "", "", "")
        continue
      }
      let size =
        Format.bytes(summary.bytesBefore) + (summary.bytesAfter.map { " → " + Format.bytes($0) } ?? "")
      table.add(
        row.model.files.model, Self.words(row.outcome, summary),
        "\(Format.grouped(summary.layersBefore)) → \(Format.grouped(summary.layersAfter))",
        Format.grouped(summary.stayCount), summary.worstError.map(Format.brief) ?? "-", size)
    }
    return table.lines(hasTotal: false, width: width, shortening: [0]) + [""]
  }

  private static let shownStays = 20

  /// What stays and why, a line for each kind of layer and reason.
  private var stays: [String] {
    let lines = rows.flatMap { row in
      (row.summary?.stays ?? []).map { stay in
        let others = stay.count > 1 ? " and \(Format.grouped(stay.count - 1)) more stay" : " stays"
        return
          "note: \(row.model.files.model): \(stay.type) '\(Format.name(stay.layer))'\(others): \(stay.message)"
      }
    }
    guard lines.count > Self.shownStays else { return lines + (lines.isEmpty ? [] : [""]) }
    return lines.prefix(Self.shownStays - 1)
      + ["note: \(lines.count - Self.shownStays + 1) more kinds of layers stay; --format json lists all", ""]
  }

  // MARK: JSON

  var json: JSONValue {
    .object([
      ("caffold", .object([("version", .string(Caffold.version))])),
      ("command", .string("fold --batch")),
      ("config", projectFile.map(JSONValue.string) ?? .null),
      ("dryRun", .boolean(isDryRun)),
      ("folded", .integer(count(.folded))),
      ("unchanged", .integer(count(.unchanged))),
      ("failed", .integer(count(.failed))),
      ("models", .array(rows.map(Self.json))),
    ])
  }

  private static func json(_ row: Row) -> JSONValue {
    .object(
      [
        ("model", .string(row.model.files.model)),
        ("weights", row.model.files.weights.map(JSONValue.string) ?? .null),
        ("outputs", .array(row.model.outputs.map(JSONValue.string))),
        ("status", .string(row.outcome.rawValue)),
      ] + (row.summary?.members ?? BatchSummary.noMembers) + [("message", .string(row.message))])
  }
}
