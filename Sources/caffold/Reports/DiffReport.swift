import CaffoldKit
import Diagnostics
import JSON

/// How two nets differ, for people and for machines.
struct DiffReport {
  private let result: DiffResult

  init(_ result: DiffResult) { self.result = result }

  // MARK: Text

  /// A line per difference, indented below its layer, and a verdict.
  var text: String {
    var lines = result.netFields.map { "net: " + Self.line($0) }
    lines += result.removed.map { "removed: \($0.type) '\(Format.name($0.name))'" }
    lines += result.added.map { "added: \($0.type) '\(Format.name($0.name))'" }
    for layer in result.changed {
      lines.append("changed: \(layer.types.new) '\(Format.name(layer.name))'")
      lines += self.lines(layer).map { "  " + $0 }
    }
    if !lines.isEmpty { lines.append("") }
    return (lines + [verdict]).joined(separator: "\n") + "\n"
  }

  private func lines(_ layer: DiffResult.ChangedLayer) -> [String] {
    var lines: [String] = []
    if layer.types.old != layer.types.new { lines.append("type: \(layer.types.old) → \(layer.types.new)") }
    if let bottoms = layer.bottoms {
      lines.append("bottoms: \(Self.list(bottoms.old)) → \(Self.list(bottoms.new))")
    }
    if let tops = layer.tops { lines.append("tops: \(Self.list(tops.old)) → \(Self.list(tops.new))") }
    lines += layer.makers.map {
      "bottom '\(Format.name($0.blob))' comes from layer '\(Format.name($0.old))' → '\(Format.name($0.new))'"
    }
    return lines + layer.fields.map(Self.line) + layer.blobs.map(line)
  }

  private static func list(_ names: [Name]) -> String {
    names.isEmpty ? "none" : names.map { "'\(Format.name($0))'" }.joined(separator: ", ")
  }

  private static func line(_ field: DiffResult.Field) -> String {
    func value(_ values: [String]) -> String {
      // A literal may be a string over several lines.
      values.isEmpty ? "not written" : values.map { Format.name(Name($0)) }.joined(separator: ", ")
    }
    return "\(field.path): \(value(field.old)) → \(value(field.new))"
  }

  private func line(_ blob: DiffResult.Blob) -> String {
    func phrase(_ blob: InspectResult.Blob) -> String { "\(Format.shape(blob.shape)) \(blob.storage ?? "")" }
    guard let old = blob.old, let new = blob.new else {
      return blob.old.map { "blob \(blob.index): \(phrase($0)) → none" }
        ?? "blob \(blob.index): none → \(blob.new.map(phrase) ?? "")"
    }
    var parts: [String] = []
    if phrase(old) != phrase(new) { parts.append("\(phrase(old)) → \(phrase(new))") }
    if let absolute = blob.absolute, let relative = blob.relative, absolute > 0 {
      parts.append(
        absolute.isFinite
          ? "largest difference \(Format.number(absolute)), \(Format.number(relative)) of the largest number"
          : "number \(blob.place ?? 0) is finite in one of the files only")
    } else if blob.absolute != nil {
      parts.append("the same numbers")
    } else if old.count == new.count {
      parts.append("the numbers cannot be read")
    }
    return "blob \(blob.index): " + parts.joined(separator: "; ")
  }

  private var verdict: String {
    let counts =
      result.layerCounts.old == result.layerCounts.new
      ? Format.counted(result.layerCounts.new, "layer")
      : "\(Format.grouped(result.layerCounts.old)) → \(Format.counted(result.layerCounts.new, "layer"))"
    let blobs = result.comparedBlobs > 0 ? ", \(Format.counted(result.comparedBlobs, "blob")) compared" : ""
    guard !result.isSame else {
      let text = result.hasSameText == false ? "; the texts differ in form only" : ""
      return "the same: \(counts)\(blobs)\(text)"
    }
    let parts = [
      (result.removed.count, "removed"), (result.added.count, "added"), (result.changed.count, "changed"),
      (result.sameCount, "the same"),
    ].filter { $0.0 > 0 }.map { "\(Format.grouped($0.0)) \($0.1)" }
    return "different: \(counts): \(parts.joined(separator: ", "))\(blobs)"
  }

  // MARK: JSON

  var json: JSONValue {
    func files(_ files: ModelFiles) -> JSONValue {
      .object([
        ("model", .string(files.model)), ("weights", files.weights.map(JSONValue.string) ?? .null),
      ])
    }
    func layer(_ layer: DiffResult.Layer) -> JSONValue {
      .object([("name", .name(layer.name)), ("type", .string(layer.type))])
    }
    return .object([
      ("caffold", .object([("version", .string(Caffold.version))])), ("command", .string("diff")),
      ("old", files(result.files.old)), ("new", files(result.files.new)), ("same", .boolean(result.isSame)),
      ("net", .array(result.netFields.map(field))), ("removed", .array(result.removed.map(layer))),
      ("added", .array(result.added.map(layer))), ("changed", .array(result.changed.map(changed))),
      ("unchanged", .integer(result.sameCount)), ("comparedBlobs", .integer(result.comparedBlobs)),
    ])
  }

  private func changed(_ layer: DiffResult.ChangedLayer) -> JSONValue {
    func names(_ pair: (old: [Name], new: [Name])?) -> JSONValue {
      pair.map {
        .object([
          ("old", .array($0.old.map(JSONValue.name))), ("new", .array($0.new.map(JSONValue.name))),
        ])
      } ?? .null
    }
    return .object([
      ("name", .name(layer.name)),
      ("type", .object([("old", .string(layer.types.old)), ("new", .string(layer.types.new))])),
      ("bottoms", names(layer.bottoms)), ("tops", names(layer.tops)),
      (
        "makers",
        .array(
          layer.makers.map {
            .object([("blob", .name($0.blob)), ("old", .name($0.old)), ("new", .name($0.new))])
          })
      ),
      ("fields", .array(layer.fields.map(field))), ("blobs", .array(layer.blobs.map(blob))),
    ])
  }

  private func field(_ field: DiffResult.Field) -> JSONValue {
    .object([
      ("path", .string(field.path)), ("old", .array(field.old.map(JSONValue.string))),
      ("new", .array(field.new.map(JSONValue.string))),
    ])
  }

  private func blob(_ blob: DiffResult.Blob) -> JSONValue {
    func side(_ blob: InspectResult.Blob?) -> JSONValue {
      blob.map {
        .object([
          ("shape", .array($0.shape.map(JSONValue.integer))), ("count", .integer($0.count)),
          ("type", $0.storage.map(JSONValue.string) ?? .null),
        ])
      } ?? .null
    }
    return .object([
      ("index", .integer(blob.index)), ("old", side(blob.old)), ("new", side(blob.new)),
      ("absolute", blob.absolute.map(JSONValue.number) ?? .null),
      ("relative", blob.relative.map(JSONValue.number) ?? .null),
      ("place", blob.place.map(JSONValue.integer) ?? .null),
    ])
  }
}
