import CaffeIO
import CaffoldKit
import Diagnostics
import JSON

/// What bringing a net to the current syntax changed.
struct UpgradeLines {
  private let changes: SyntaxUpgrade.Changes
  private let weightLayers: Int

  /// Nil for a run that changed nothing of the kind.
  init?(_ result: FoldResult) {
    guard let changes = result.upgrade, !changes.isEmpty || result.upgradedWeightLayers > 0 else {
      return nil
    }
    self.changes = changes
    weightLayers = result.upgradedWeightLayers
  }

  /// The lines of the report.
  var lines: [String] {
    var parts: [String] = []
    if changes.v0Layers > 0 { parts.append(Wording.counted(changes.v0Layers, "layer") + " of V0") }
    if changes.v1Layers > 0 { parts.append(Wording.counted(changes.v1Layers, "layer") + " of V1") }
    if changes.inputs > 0 { parts.append(Wording.counted(changes.inputs, "input")) }
    if changes.batchNorms > 0 {
      parts.append("the learning rates of " + Wording.counted(changes.batchNorms, "BatchNorm layer"))
    }
    if changes.hadMark { parts.append("the byte-order mark") }
    if weightLayers > 0 {
      parts.append(Wording.counted(weightLayers, "layer") + " of the weights")
    }
    let types = changes.forkTypes.map { layer, word, type in
      "note: BVLC's V1 has no type \(word); layer '\(layer)' has the type '\(type)' now"
    }
    let fields = changes.leftOut.map { layer, field in
      "note: layer '\(layer)' does not look at its field '\(field)', which was left out as Caffe does"
    }
    return ["upgraded to the current syntax: \(Wording.list(parts, "and"))"] + types + fields
  }

  /// What `Documentation/Report.md` describes.
  var json: JSONValue {
    .object([
      ("v0Layers", .integer(changes.v0Layers)),
      ("v1Layers", .integer(changes.v1Layers)),
      ("inputs", .integer(changes.inputs)),
      ("paddings", .integer(changes.paddings)),
      ("batchNorms", .integer(changes.batchNorms)),
      ("byteOrderMark", .boolean(changes.hadMark)),
      ("weightLayers", .integer(weightLayers)),
      (
        "forkTypes",
        .array(
          changes.forkTypes.map { layer, word, type in
            .object([("layer", .name(layer)), ("word", .string(word)), ("type", .string(type))])
          })
      ),
      (
        "leftOut",
        .array(
          changes.leftOut.map { layer, field in
            .object([("layer", .name(layer)), ("field", .string(field))])
          })
      ),
    ])
  }
}
