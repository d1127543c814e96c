import CaffoldKit
import Diagnostics
import Engine
import JSON

/// What a batch tells of a model that was folded. The process of the model prints it as JSON on its standard output, and it is kept
/// beside the outputs, so that a later run can tell it of what is up to date.
struct BatchSummary {
  /// Layers of one type that stay for one kind of reason.
  struct Stay {
    /// The first of them.
    var layer: Name
    var type: String
    /// How many they are.
    var count: Int
    /// The code of the reason, and the reason of the first as a sentence.
    var code: String
    var message: String
  }

  /// How many layers there are, those of other phases included.
  var layersBefore: Int
  var layersAfter: Int
  var rewrites: Int
  /// Whether a rule or the upgrade of the syntax changed anything.
  var isChanged: Bool
  var stays: [Stay]
  /// The largest relative error of a rewrite; nil where none was compared.
  var worstError: Double?
  /// The sizes of both files together, in bytes; nil afterwards for a dry run.
  var bytesBefore: Int
  var bytesAfter: Int?

  /// How many layers stay.
  var stayCount: Int { stays.reduce(0) { $0 + $1.count } }

  init(_ result: FoldResult) {
    layersBefore = result.layersBefore.values.reduce(0, +)
    layersAfter = result.layersAfter.values.reduce(0, +)
    rewrites = result.rewrites.count
    isChanged = rewrites > 0 || UpgradeLines(result) != nil
    stays = RefusalGroup.groups(result.plan.refusals).map { group in
      let first = group.refusals[0]
      return Stay(
        layer: first.layer.name, type: first.layer.type, count: group.refusals.count, code: first.reason.code,
        message: first.sentence)
    }
    worstError = result.check?.worst?.difference?.relative
    func size(_ files: FoldResult.Files) -> Int { files.model.byteCount + (files.weights?.byteCount ?? 0) }
    bytesBefore = size(result.inputs)
    bytesAfter = result.outputs.map(size)
  }

  // MARK: JSON

  /// The members of the report of a model.
  var members: [(String, JSONValue)] {
    [
      ("layers", .object([("before", .integer(layersBefore)), ("after", .integer(layersAfter))])),
      ("rewrites", .integer(rewrites)),
      ("changed", .boolean(isChanged)),
      (
        "stays",
        .array(
          stays.map {
            .object([
              ("layer", .name($0.layer)), ("type", .string($0.type)), ("count", .integer($0.count)),
              ("code", .string($0.code)), ("message", .string($0.message)),
            ])
          })
      ),
      ("worstError", worstError.map(JSONValue.number) ?? .null),
      (
        "bytes",
        .object([
          ("before", .integer(bytesBefore)), ("after", bytesAfter.map(JSONValue.integer) ?? .null),
        ])
      ),
    ]
  }

  /// Those of a model that was not folded.
  static let noMembers: [(String, JSONValue)] = [
    ("layers", .null), ("rewrites", .null), ("changed", .null), ("stays", .array([])), ("worstError", .null),
    ("bytes", .null),
  ]

  /// Reads what `members` are; nil for anything else, such as a summary of another version.
  init?(reading text: String) {
    do throws(JSONError) {
      let source = SourceText(path: "the summary of a model", bytes: Array(text.utf8))
      let object = try JSONParser.parse(source).object(
        for: "summary", keys: ["layers", "rewrites", "changed", "stays", "worstError", "bytes"])
      let layers = try object.required("layers").object(for: "layers", keys: ["before", "after"])
      layersBefore = try layers.required("before").count(for: "before")
      layersAfter = try layers.required("after").count(for: "after")
      rewrites = try object.required("rewrites").count(for: "rewrites")
      isChanged = try object.required("changed").boolean(for: "changed")
      stays = []
      for node in try object.required("stays").array(for: "stays") {
        let stay = try node.object(for: "stays", keys: ["layer", "type", "count", "code", "message"])
        stays.append(
          Stay(
            layer: try stay.required("layer").name(for: "layer"),
            type: try stay.required("type").string(for: "type"),
            count: try stay.required("count").count(for: "count"),
            code: try stay.required("code").string(for: "code"),
            message: try stay.required("message").string(for: "message")))
      }
      worstError = try object.required("worstError").optional { node throws(JSONError) in
        try node.number(for: "worstError")
      }
      let bytes = try object.required("bytes").object(for: "bytes", keys: ["before", "after"])
      bytesBefore = try bytes.required("before").count(for: "before")
      bytesAfter = try bytes.required("after").optional { node throws(JSONError) in
        try node.count(for: "after")
      }
    } catch {
      return nil
    }
  }
}
