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
    let renewed = comparison.renewed(tolerance: tolerance).map(\.name)
    for blob in comparison.blobs
    where verbose || outputs.contains(blob.name)
      || !(blob.relative <= tolerance) && !renewed.contains(blob.name)
    {
      table.add(
        blob.name.description, Self.text(of: blob.shape), Format.scientific(blob.largest),
        Format.scientific(blob.absolute), Format.scientific(blob.relative))
    }
    // Only the head, where all outputs stand behind layers that cannot be run.
    var lines = table.isEmpty ? [] : table.lines(hasTotal: false) + [""]
    for score in comparison.agreement {
      lines.append(
        "'\(score.output)': best class agrees in \(score.top1) of \(score.rows), five best in \(score.top5)")
    }
    for cut in comparison.cuts {
      lines.append("note: \(cut.layer.type) '\(cut.layer.name)' cannot be run here\(replacement(cut))")
    }
    if !renewed.isEmpty {
      lines.append(
        "note: made by other layers or from other weights, and not the same: \(Format.names(renewed))"
      )
    }
    let behind = comparison.skipped.filter { name in !replaced.contains(name) }
    if !behind.isEmpty {
      lines.append(
        "note: not compared: \(Format.names(behind)); --input-shape NAME=… gives the shape of what a layer that cannot be run makes"
      )
    }
    if !comparison.unmatchedOutputs.isEmpty {
      lines.append(
        "different: net outputs that only one of them has: \(Format.names(comparison.unmatchedOutputs))")
    }
    if comparison.unmatchedOutputs.isEmpty || comparison.firstDivergence(tolerance: tolerance) != nil {
      lines.append(summary)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The blobs that both nets were given instead of computing them.
  private var replaced: Set<Name> { Set(comparison.cuts.flatMap { $0.replaced.map(\.blob) }) }

  private func replacement(_ cut: NetComparison.Cut) -> String {
    guard !cut.replaced.isEmpty else { return ": what stands behind it was not compared" }
    let values = cut.replaced.map { "'\($0.blob)' \(Self.text(of: $0.shape))" }.joined(separator: ", ")
    return ": both nets were given the same values for \(values)"
  }

  private static func text(of shape: [Int]) -> String { shape.map(String.init).joined(separator: "×") }

  /// The verdict in one line.
  var summary: String {
    if let first = comparison.firstDivergence(tolerance: tolerance) {
      return
        "different: the first blob beyond \(Format.scientific(tolerance)) is '\(first.name)': \(reason(first))"
    }
    guard let worst = comparison.worst(tolerance: tolerance) else {
      return "different: the nets have no blob in common"
    }
    let skipped = comparison.skipped.count
    let behind = skipped == 0 ? "" : "; \(skipped) at or behind layers that cannot be run were not compared"
    return
      "equal: \(comparison.blobs.count - comparison.renewed(tolerance: tolerance).count) blobs within \(Format.scientific(tolerance)); the largest difference is \(Format.scientific(worst.relative)), at '\(worst.name)'\(behind)"
  }

  private func reason(_ blob: BlobDifference) -> String {
    if blob.shape != blob.otherShape { return "its shape is \(blob.shape) and \(blob.otherShape)" }
    if blob.notFinite > 0 { return "\(blob.notFinite) numbers are finite in one net only" }
    return
      "\(Format.scientific(blob.absolute)) apart, \(Format.scientific(blob.relative)) of its largest number"
  }

  var json: JSONValue {
    .object([
      ("caffold", .object([("version", .string(Caffold.version))])),
      ("command", .string("verify")),
      ("models", .array(result.models.map(JSONValue.string))),
      ("equal", .boolean(result.isEqual)),
      ("tolerance", .number(tolerance)),
      ("samples", .integer(comparison.samples)),
      (
        "firstDivergence",
        comparison.firstDivergence(tolerance: tolerance).map { .name($0.name) } ?? .null
      ),
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
    ])
  }

  private func cut(_ cut: NetComparison.Cut) -> JSONValue {
    .object([
      ("layer", .name(cut.layer.name)), ("type", .string(cut.layer.type)),
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
