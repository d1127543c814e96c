import CaffoldKit
import Diagnostics
import Export
import JSON
import Verification

/// What an export did, for people and for machines.
struct ExportReport {
  private let result: ExportResult
  private let verbose: Bool

  init(_ result: ExportResult, verbose: Bool) {
    self.result = result
    self.verbose = verbose
  }

  // MARK: Text

  var text: String {
    var lines: [String] = []
    if verbose { lines += layerLines + [""] }
    lines += foldLines
    lines.append(graphLine)
    lines += valueLines("input", result.inputs) + valueLines("output", result.outputs)
    lines += proofLines + definedLines + keptLines
    lines += result.files.map { "written: \($0.path), \(Format.bytes($0.byteCount))" }
    if result.files.isEmpty { lines.append("nothing was written") }
    return lines.joined(separator: "\n") + "\n"
  }

  private var layerLines: [String] {
    var table = Table()
    table.add("layer", "type", "operators")
    for layer in result.layers {
      table.add(
        layer.name.description, layer.type,
        layer.isConstant
          ? "a constant" : layer.operators.isEmpty ? "none" : layer.operators.joined(separator: ", "))
    }
    return table.lines(hasTotal: false)
  }

  private var foldLines: [String] {
    let rewrites = result.fold.rewrites.count
    guard rewrites > 0 else { return ["folded: nothing"] }
    let before = result.fold.layersBefore.values.reduce(0, +)
    let after = result.fold.layersAfter.values.reduce(0, +)
    return ["folded: \(Format.counted(rewrites, "rewrite")), \(before) layers became \(after)"]
  }

  private var graphLine: String {
    let total = result.operatorCounts.reduce(0) { $0 + $1.count }
    let sorted = result.operatorCounts.sorted { ($1.count, $0.type) < ($0.count, $1.type) }
    let shown = verbose ? sorted[...] : sorted.prefix(6)
    let rest = sorted.count > shown.count ? ", …" : ""
    let list = shown.map { "\($0.count) \($0.type)" }.joined(separator: ", ")
    return "graph: opset \(result.opset), \(Format.counted(total, "operator")) (\(list)\(rest))"
  }

  private func valueLines(_ noun: String, _ values: [ExportResult.Value]) -> [String] {
    values.map { value in
      "\(noun): '\(value.name)' \(value.shape.map { $0.map(String.init) ?? "?" }.joined(separator: "×"))"
    }
  }

  private var proofLines: [String] {
    guard let proof = result.proof else {
      return result.outcome == .checkFailed
        ? ["not exported: a rewrite changes what its layers compute; 'caffold fold' says which"]
        : ["not proven: --no-check"]
    }
    let tolerance = Format.brief(proof.tolerance)
    if let first = proof.firstDifference {
      return [
        "not proven: the first blob beyond \(tolerance) is '\(first.name)': \(reason(first)); this is a fault of a definition or of caffold"
      ]
    }
    if !proof.uncompared.isEmpty {
      let empty = proof.uncompared.filter(proof.withoutNumbers.contains)
      let reason =
        empty.isEmpty ? "" : "; no number of \(Format.names(empty)) is finite, in the net or in the graph"
      return ["not proven: these outputs could not be compared: \(Format.names(proof.uncompared))\(reason)"]
    }
    guard !proof.blobs.isEmpty else {
      guard proof.keptOutputs.isEmpty else {
        return ["not proven: nothing here computes the layers that make \(Format.names(proof.keptOutputs))"]
      }
      return [
        "not proven: only definitions say what the layers compute that make \(Format.names(proof.definedOutputs))"
      ]
    }
    let largest = proof.worst.flatMap { worst in
      worst.relative == 0
        ? nil : "the largest difference is \(Format.brief(worst.relative)), at '\(worst.name)'"
    }
    let others = proof.definedOutputs + proof.keptOutputs
    let outputs =
      others.isEmpty ? "all outputs among them" : "all outputs among them but \(Format.names(others))"
    let agree = proof.blobs.count == 1 ? "agrees" : "agree"
    return [
      "proven: \(Format.counted(proof.blobs.count, "blob")) of the Caffe net \(agree) within \(tolerance), \(outputs), on \(Format.counted(proof.samples, "sample")); \(largest ?? "no difference")"
    ]
  }

  /// The layers that nothing but a definition describes.
  private var definedLines: [String] {
    let alone = result.layers.filter(\.isDefinedAlone)
    guard !alone.isEmpty, result.proof != nil else { return [] }
    let types = Set(alone.map(\.type)).sorted().joined(separator: ", ")
    return [
      "note: \(Format.counted(alone.count, "layer")) of type \(types) \(alone.count == 1 ? "was" : "were") run by the definition on both sides; the proof is about the layers around \(alone.count == 1 ? "it" : "them")"
    ]
  }

  /// The layers that are single nodes beside ONNX's operators.
  private var keptLines: [String] {
    func line(_ layers: [ExportResult.Layer], _ one: String, _ many: String) -> [String] {
      guard !layers.isEmpty else { return [] }
      let types = Set(layers.map(\.type)).sorted().joined(separator: ", ")
      let isOne = layers.count == 1
      let proof = result.proof == nil ? "" : "; what \(isOne ? "it makes" : "they make") was not compared"
      return ["note: \(Format.counted(layers.count, "layer")) of type \(types) \(isOne ? one : many)\(proof)"]
    }
    return line(
      result.layers.filter(\.isKept), "is a node of the domain 'caffe', which the runtime must know",
      "are nodes of the domain 'caffe', which the runtime must know")
      + line(
        result.layers.filter(\.isNative), "is a node that only the runtime of the profile knows",
        "are nodes that only the runtime of the profile knows")
  }

  private func reason(_ blob: BlobDifference) -> String {
    if blob.shape != blob.otherShape { return "its shape is \(blob.shape) and \(blob.otherShape)" }
    if blob.notFinite > 0 { return "\(blob.notFinite) numbers are finite on one side only" }
    return
      "\(Format.brief(blob.absolute)) apart, \(Format.brief(blob.relative)) of its largest number"
  }

  // MARK: JSON

  var json: JSONValue {
    .object([
      ("caffold", .object([("version", .string(Caffold.version))])),
      ("command", .string("export")),
      ("outcome", .string(outcome)),
      ("opset", .integer(result.opset)),
      ("inputs", .array(result.inputs.map(value))),
      ("outputs", .array(result.outputs.map(value))),
      (
        "layers",
        .array(
          result.layers.map {
            .object([
              ("name", .name($0.name)), ("type", .string($0.type)),
              ("operators", .array($0.operators.map(JSONValue.string))),
              ("constant", .boolean($0.isConstant)),
              ("definedAlone", .boolean($0.isDefinedAlone)),
              ("kept", .boolean($0.isKept)), ("native", .boolean($0.isNative)),
            ])
          })
      ),
      ("operators", .object(result.operatorCounts.map { ($0.type, .integer($0.count)) })),
      ("proof", result.proof.map(proof) ?? .null),
      ("target", result.target.map { TargetReport($0).json } ?? .null),
      (
        "files",
        .array(
          result.files.map { .object([("path", .string($0.path)), ("bytes", .integer($0.byteCount))]) })
      ),
      ("fold", FoldReport(result.fold, verbose: verbose).json),
    ])
  }

  private var outcome: String {
    switch result.outcome {
    case .done: "done"
    case .checkFailed: "check-failed"
    case .notProven: "not-proven"
    }
  }

  private func value(_ value: ExportResult.Value) -> JSONValue {
    .object([
      ("name", .string(value.name)),
      ("shape", .array(value.shape.map { $0.map(JSONValue.integer) ?? .null })),
    ])
  }

  private func proof(_ proof: OnnxProof.Result) -> JSONValue {
    .object([
      ("proven", .boolean(proof.isProven)), ("tolerance", .number(proof.tolerance)),
      ("samples", .integer(proof.samples)),
      ("firstDifference", proof.firstDifference.map { .name($0.name) } ?? .null),
      ("withoutNumbers", .array(proof.withoutNumbers.map(JSONValue.name))),
      ("uncompared", .array(proof.uncompared.map(JSONValue.name))),
      ("renewed", .array(proof.renewed.map(JSONValue.name))),
      (
        "blobs",
        .array(
          proof.blobs.map {
            .object([
              ("name", .name($0.name)), ("shape", .array($0.shape.map(JSONValue.integer))),
              ("largest", .number($0.largest)), ("absolute", .number($0.absolute)),
              ("relative", .number($0.relative)),
            ])
          })
      ),
    ])
  }
}
