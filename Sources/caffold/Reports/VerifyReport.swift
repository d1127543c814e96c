import CaffoldKit
import Diagnostics
import JSON
import Verification

/// What a comparison found, for people and for machines.
struct VerifyReport {
  private let result: VerifyResult
  private let verbose: Bool

  init(_ result: VerifyResult, verbose: Bool) {
    self.result = result
    self.verbose = verbose
  }

  private var comparison: NetComparison { result.comparison }
  private var tolerance: Double { result.tolerance }

  var text: String {
    var table = Table()
    table.add("blob", "shape", "largest", "difference", "relative")
    let outputs = Set(comparison.outputs)
    for blob in comparison.blobs
    where verbose || outputs.contains(blob.name)
      || !(blob.relative <= tolerance) && !blob.isMadeOtherwise
    {
      table.add(
        blob.name.description, Self.text(of: blob.shape), Format.brief(blob.largest),
        Format.brief(blob.absolute), Format.brief(blob.relative))
    }
    // Only the head, where all outputs stand behind layers that cannot be run.
    var lines = table.isEmpty ? [] : table.lines(hasTotal: false) + [""]
    for score in comparison.agreement {
      lines.append(
        "'\(score.output)': best class agrees in \(score.top1) of \(score.rows), five best in \(score.top5)")
    }
    lines += notes
    lines.append(summary)
    return lines.joined(separator: "\n") + "\n"
  }

  /// What a reader of the verdict has to know.
  private var notes: [String] {
    var lines = cutLines
    for tie in comparison.ties {
      lines.append(
        "note: \(Format.counted(tie.count, "number")) of '\(tie.blob)' \(tie.count == 1 ? "depends" : "depend") on which of two equal values is taken; rounding decides it, so both nets went on with those of the first"
      )
    }
    let renewed = comparison.renewed.map(\.name)
    if !renewed.isEmpty {
      lines.append(
        "note: other numbers on purpose, made by other layers or from other weights: \(Format.names(renewed))"
      )
    }
    if !comparison.handedOver.isEmpty {
      lines.append(
        "note: not compared, since rewrites change them on purpose: \(Format.names(comparison.handedOver))")
    }
    let replaced = self.replaced
    let behind = comparison.skipped.filter { name in !replaced.contains(name) }
    if !behind.isEmpty {
      lines.append(
        "note: not compared: \(Format.names(behind)); --input-shape NAME=… gives the shape of what a layer that cannot be run makes"
      )
    }
    if !comparison.withoutNumbers.isEmpty {
      lines.append(
        "note: not compared, since no number is finite in either net: \(Format.names(comparison.withoutNumbers))"
      )
    }
    if !comparison.settledOutputs.isEmpty {
      lines.append(
        "note: made in both nets by the same layer of the same values: \(Format.names(comparison.settledOutputs))"
      )
    }
    return lines
  }

  private var cutLines: [String] {
    var groups: [(type: String, isReplaced: Bool, cuts: [NetComparison.Cut])] = []
    // By whether values took the place of the tops, the group of each type.
    var places: [Bool: [String: Int]] = [:]
    for cut in comparison.cuts {
      let isReplaced = !cut.replaced.isEmpty
      if let place = places[isReplaced]?[cut.layer.type] {
        groups[place].cuts.append(cut)
      } else {
        places[isReplaced, default: [:]][cut.layer.type] = groups.count
        groups.append((cut.layer.type, isReplaced, [cut]))
      }
    }
    return groups.flatMap { group in
      let more = { count in
        "note: \(Wording.counted(count, "more layer", plural: "more layers")) of type \(group.type) cannot be run here either"
      }
      return verbose
        ? group.cuts.map(line)
        : GroupedLines.lines(group.cuts, name: { $0.layer.name }, more: more, line: line)
    }
  }

  private func line(_ cut: NetComparison.Cut) -> String {
    let effect =
      cut.replaced.isEmpty
      ? "what it computes was not compared" : "both nets were given the same random values for its tops"
    let shapes = cut.replaced.map { "'\($0.blob)' \(Self.text(of: $0.shape))" }.joined(separator: ", ")
    let why = cut.why.map { " (\($0))" } ?? ""
    return "note: \(cut.layer.type) '\(cut.layer.name)' cannot be run here\(why); \(effect)"
      + (verbose && !shapes.isEmpty ? " (\(shapes))" : "")
  }

  /// The blobs that both nets were given instead of computing them.
  private var replaced: Set<Name> { Set(comparison.cuts.flatMap { $0.replaced.map(\.blob) }) }

  private static func text(of shape: [Int]) -> String { shape.map(String.init).joined(separator: "×") }

  /// The verdict in one line.
  var summary: String {
    let compared = Format.counted(comparison.blobs.count - comparison.renewed.count, "blob")
    switch comparison.verdict {
    case .different:
      let first = comparison.firstDivergence!
      return
        "different: the first blob beyond \(Format.brief(tolerance)) is '\(first.name)': \(reason(first))"
    case .otherOutputs:
      return
        "different: only one of the nets has \(comparison.unmatchedOutputs.count == 1 ? "the output" : "the outputs") \(Format.names(comparison.unmatchedOutputs))"
    case .nothingCompared:
      return comparison.withoutNumbers.isEmpty
        ? "nothing could be compared: no blob that a layer computes was computed in both nets"
        : "nothing could be compared: no number that a layer computes is finite in either net"
    case .incomplete:
      let outputs = comparison.uncomparedOutputs
      return
        "not equal: \(outputs.count == 1 ? "an output" : Format.counted(outputs.count, "output")) could not be compared: \(Format.names(outputs)); \(compared) \(comparison.blobs.count == 1 ? "agrees" : "agree") within \(Format.brief(tolerance))"
    case .equal:
      let worst = comparison.worst
      let skipped = comparison.skipped.count
      let behind = skipped == 0 ? "" : "; \(skipped) at or behind layers that cannot be run were not compared"
      return
        "equal: \(compared) within \(Format.brief(tolerance)); the largest difference is \(Format.brief(worst?.relative ?? 0)), at '\(worst?.name ?? "")'\(behind)"
    }
  }

  private func reason(_ blob: BlobDifference) -> String {
    if blob.shape != blob.otherShape { return "its shape is \(blob.shape) and \(blob.otherShape)" }
    if blob.notFinite > 0 { return "\(blob.notFinite) numbers are finite in one net only" }
    return
      "\(Format.brief(blob.absolute)) apart, \(Format.brief(blob.relative)) of its largest number"
  }

  var json: JSONValue {
    .object([
      ("caffold", .object([("version", .string(Caffold.version))])),
      ("command", .string("verify")),
      ("models", .array(result.models.map(JSONValue.string))),
      ("equal", .boolean(result.isEqual)),
      ("tolerance", .number(tolerance)),
      ("samples", .integer(comparison.samples)),
      ("verdict", .string(Self.word(comparison.verdict))),
      ("firstDivergence", comparison.firstDivergence.map { .name($0.name) } ?? .null),
      ("blobs", .array(comparison.blobs.map(blob))),
      ("outputs", .array(comparison.outputs.map(JSONValue.name))),
      ("unmatchedOutputs", .array(comparison.unmatchedOutputs.map(JSONValue.name))),
      (
        "agreement",
        .array(
          comparison.agreement.map {
            .object([
              ("output", .name($0.output)), ("rows", .integer($0.rows)), ("top1", .integer($0.top1)),
              ("top5", .integer($0.top5)),
            ])
          })
      ),
      (
        "cuts",
        .array(comparison.cuts.map(cut))
      ),
      ("skipped", .array(comparison.skipped.map(JSONValue.name))),
      ("withoutNumbers", .array(comparison.withoutNumbers.map(JSONValue.name))),
      ("uncomparedOutputs", .array(comparison.uncomparedOutputs.map(JSONValue.name))),
      ("settledOutputs", .array(comparison.settledOutputs.map(JSONValue.name))),
      ("handedOver", .array(comparison.handedOver.map(JSONValue.name))),
      (
        "ties",
        .array(
          comparison.ties.map { .object([("blob", .name($0.blob)), ("numbers", .integer($0.count))]) })
      ),
    ])
  }

  private static func word(_ verdict: NetComparison.Verdict) -> String {
    switch verdict {
    case .equal: "equal"
    case .different: "different"
    case .otherOutputs: "other-outputs"
    case .incomplete: "incomplete"
    case .nothingCompared: "nothing-compared"
    }
  }

  private func cut(_ cut: NetComparison.Cut) -> JSONValue {
    .object([
      ("layer", .name(cut.layer.name)), ("type", .string(cut.layer.type)),
      ("why", cut.why.map(JSONValue.string) ?? .null),
      (
        "replaced",
        .array(
          cut.replaced.map {
            .object([("name", .name($0.blob)), ("shape", .array($0.shape.map(JSONValue.integer)))])
          })
      ),
    ])
  }

  private func blob(_ blob: BlobDifference) -> JSONValue {
    .object([
      ("name", .name(blob.name)),
      ("shape", .array(blob.shape.map(JSONValue.integer))),
      ("largest", .number(blob.largest)),
      ("absolute", .number(blob.absolute)),
      ("relative", .number(blob.relative)),
      ("madeOtherwise", .boolean(blob.isMadeOtherwise)),
    ])
  }
}
