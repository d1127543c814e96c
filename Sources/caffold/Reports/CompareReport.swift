import CaffoldKit
import Diagnostics
import JSON

/// A dump beside the executor, for people and for machines.
struct CompareReport {
  private let result: CompareResult
  private let isVerbose: Bool

  init(_ result: CompareResult, isVerbose: Bool) {
    self.result = result
    self.isVerbose = isVerbose
  }

  // MARK: Text

  private static let shown = 10

  /// The blobs that differ, all with `-v`, in the order of the net; notes; the verdict.
  func text(width: Int?) -> String {
    let differing = result.blobs.filter { $0.status == .differs || $0.status == .shape }
    let rows = isVerbose ? result.blobs[...] : differing.prefix(Self.shown)
    var lines: [String] = []
    if !rows.isEmpty {
      var table = Table(left: [0, 1, 2])
      table.add("blob", "layer", "shape", "difference", "relative", "channels", "")
      for blob in rows { table.add(cells(blob)) }
      lines += table.lines(hasTotal: false, width: width, shortening: [0, 1])
      if !isVerbose, differing.count > rows.count {
        lines.append("… and \(Wording.counted(differing.count - rows.count, "more blob")); -v lists all")
      }
      lines.append("")
    }
    lines += notes + [verdict]
    return lines.joined(separator: "\n") + "\n"
  }

  private func cells(_ blob: CompareResult.Blob) -> [String] {
    let isCompared = blob.status == .agrees || blob.status == .differs
    return [
      Format.name(blob.name), blob.layer.map(Format.name) ?? "", Format.shape(blob.shape),
      isCompared ? blob.notFinite > 0 ? "not finite" : Format.number(blob.absolute) : "",
      isCompared && blob.notFinite == 0 ? Format.number(blob.relative) : "",
      isCompared ? blob.channels.map { $0.beyond > 0 ? "\($0.beyond) of \($0.count)" : "" } ?? "" : "",
      word(blob.status),
    ]
  }

  private func word(_ status: CompareResult.Status) -> String {
    switch status {
    case .agrees: ""
    case .withoutNumbers: "no finite number"
    case .differs: "differs"
    case .shape: "other shape"
    case .absent: "not in the dump"
    case .notComputed: "not computed"
    case .given: "input"
    }
  }

  private var notes: [String] {
    var lines: [String] = []
    let absent = result.blobs.filter { $0.status == .absent }
    if !absent.isEmpty {
      lines.append("note: not compared, not in the dump: \(names(absent))")
    }
    let missing = result.blobs.filter { $0.status == .notComputed }
    if !missing.isEmpty {
      lines.append("note: not compared, behind a layer that cannot be run: \(names(missing))")
    }
    let empty = result.blobs.filter { $0.status == .withoutNumbers }
    if !empty.isEmpty {
      lines.append("note: not compared, since no number is finite here or in the dump: \(names(empty))")
    }
    if !result.unusedArrays.isEmpty {
      let arrays = result.unusedArrays.map { Format.name(Name($0)) }
      lines.append(
        "note: not compared, the net has no blob of this name: \(Wording.names(arrays)); if the net calls one otherwise, say so with --map"
      )
    }
    return lines
  }

  private func names(_ blobs: [CompareResult.Blob]) -> String {
    Wording.names(blobs.map { Format.name($0.name) }, shown: isVerbose ? .max : 3)
  }

  private var verdict: String {
    let compared = Format.counted(result.comparedCount, "blob")
    guard let first = result.firstDivergence else {
      guard result.comparedCount > 0 else {
        return result.blobs.contains { $0.status == .withoutNumbers }
          ? "nothing could be compared: no number is finite here or in the dump"
          : "nothing could be compared: the dump has none of the net's blobs"
      }
      let worst = result.blobs.filter { $0.status == .agrees }.max { $0.relative < $1.relative }
      let figures =
        worst.map {
          "; the largest difference is \(Format.number($0.relative)), at '\(Format.name($0.name))'"
        } ?? ""
      return "equal: \(compared)\(figures)"
    }
    var text = "different: the first of \(compared) that differs is '\(Format.name(first.name))'"
    if first.type ?? "Input" == "Input" {
      text += ", an input of the net"
    } else if let layer = first.layer, let type = first.type {
      text += ", made by \(type) '\(Format.name(layer))'" + source(first)
    }
    return text + ": " + reason(first)
  }

  /// Whether the layer itself is to blame.
  private func source(_ blob: CompareResult.Blob) -> String {
    var seen: Set<Name> = []
    let bottoms = blob.bottoms.filter { $0 != blob.name && seen.insert($0).inserted }
    guard !bottoms.isEmpty else { return "" }
    let agreeing = bottoms.filter { name in
      result.blobs.contains { $0.name == name && ($0.status == .agrees || $0.status == .given) }
    }
    return agreeing.count == bottoms.count
      ? " from \(Wording.names(bottoms.map { Format.name($0) })), which \(bottoms.count == 1 ? "agrees" : "agree")"
      : " from \(Wording.names(bottoms.filter { !agreeing.contains($0) }.map { Format.name($0) })), not compared"
  }

  private func reason(_ blob: CompareResult.Blob) -> String {
    guard blob.status == .differs else {
      let order = blob.looksChannelsLast ? "; the dump seems to have the channels last: transpose it" : ""
      return "its shape is \(Format.shape(blob.shape)), in the dump \(Format.shape(blob.dumpedShape))\(order)"
    }
    if blob.notFinite > 0 {
      return
        "\(Format.counted(blob.notFinite, "number")) of it \(blob.notFinite == 1 ? "is" : "are") finite on one side only"
    }
    var text =
      "\(Format.number(blob.absolute)) apart, \(Format.number(blob.relative)) of its largest number; \(Format.number(blob.tolerance)) is allowed"
    if blob.isReversed {
      text += "; the channels agree in reverse order: one side has RGB, the other BGR"
    } else if let channels = blob.channels, channels.beyond < channels.count, let worst = blob.worstChannel {
      text += "; in \(channels.beyond) of \(channels.count) channels, most in channel \(worst)"
    }
    return text
  }

  // MARK: JSON

  var json: JSONValue {
    .object([
      ("caffold", .object([("version", .string(Caffold.version))])), ("command", .string("compare")),
      ("model", .string(result.model)), ("dump", .string(result.dump)), ("equal", .boolean(result.isEqual)),
      ("eachLayer", .boolean(result.judgesEachLayer)), ("compared", .integer(result.comparedCount)),
      ("firstDivergence", result.firstDivergence.map { .name($0.name) } ?? .null),
      ("blobs", .array(result.blobs.map(blob))),
      ("unusedArrays", .array(result.unusedArrays.map(JSONValue.string))),
    ])
  }

  private func blob(_ blob: CompareResult.Blob) -> JSONValue {
    .object([
      ("name", .name(blob.name)), ("layer", blob.layer.map(JSONValue.name) ?? .null),
      ("type", blob.type.map(JSONValue.string) ?? .null), ("status", .string(blob.status.rawValue)),
      ("array", blob.array.map(JSONValue.string) ?? .null),
      ("shape", .array(blob.shape.map(JSONValue.integer))),
      ("dumpedShape", blob.dumpedShape.map { .array($0.map(JSONValue.integer)) } ?? .null),
      ("dumpedType", blob.dumpedType.map(JSONValue.string) ?? .null), ("largest", .number(blob.largest)),
      ("absolute", .number(blob.absolute)), ("relative", .number(blob.relative)),
      ("notFinite", .integer(blob.notFinite)), ("tolerance", .number(blob.tolerance)),
      (
        "channels",
        blob.channels.map { .object([("beyond", .integer($0.beyond)), ("count", .integer($0.count))]) }
          ?? .null
      ),
      ("worstChannel", blob.worstChannel.map(JSONValue.integer) ?? .null),
    ])
  }
}
