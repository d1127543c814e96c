import CaffeIO
import Diagnostics
import Engine
import JSON

extension PlanFile {
  /// The file's text: one line for each thing that a reviewer may want to compare, always in the same order.
  ///
  /// - Parameter plan: the plan that the file describes, for the refusals and warnings.
  package func text(for plan: Plan) -> String {
    let document: JSONValue = .object([
      ("plan", .integer(Self.formatVersion)),
      ("caffold", .object([("version", .string(program))])),
      (
        "inputs",
        .object([("model", model.json), ("weights", weights?.json ?? .null)])
      ),
      (
        "rules",
        .object([
          ("builtin", .object([("sha256", .string(builtinDigest))])),
          ("files", .array(ruleFiles.map(\.json))),
          ("protos", .array(protoFiles.map(\.json))),
        ])
      ),
      ("options", options.planJSON),
      ("result", result.json),
      ("rewrites", .array(rewrites.map(\.json))),
      (
        "refusals",
        .array(
          plan.refusals.map { refusal in
            .object([
              ("layer", .name(refusal.layer.name)), ("type", .string(refusal.layer.type)),
              ("rule", .string(refusal.rule)), ("reason", .string(refusal.reason.code)),
              ("message", .string(refusal.sentence)),
            ])
          })
      ),
      (
        "warnings",
        .array(
          plan.warnings.map {
            .object([("layer", .name($0.layer)), ("message", .string($0.sentence))])
          })
      ),
    ])
    return document.text(width: 160)
  }
}

extension PlanFile.Input {
  fileprivate var members: [(String, JSONValue)] {
    [("path", .string(path)), ("bytes", .integer(byteCount)), ("sha256", .string(digest))]
  }

  fileprivate var json: JSONValue { .object(members) }
}

extension PlanFile.Embedded {
  /// The text line by line, so that a changed rule shows as its changed lines.
  fileprivate var json: JSONValue {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
      JSONValue.string(String($0))
    }
    return .object(input.members + [("text", .array(lines))])
  }
}

extension PlanFile.Result {
  fileprivate var json: JSONValue {
    let types = Set(typesBefore.keys).union(typesAfter.keys).sorted().map { type in
      JSONValue.object([
        ("type", .string(type)), ("before", .integer(typesBefore[type] ?? 0)),
        ("after", .integer(typesAfter[type] ?? 0)),
      ])
    }
    return .object([
      ("rewrites", .integer(rewriteCount)),
      ("layers", .array(types)),
      ("model", .object([("bytes", .integer(modelByteCount)), ("sha256", .string(modelDigest))])),
      ("weights", weightsByteCount.map { .object([("bytes", .integer($0))]) } ?? .null),
    ])
  }
}

extension PlannedRewrite {
  fileprivate var json: JSONValue {
    .object([
      ("key", .string(key)),
      ("apply", .boolean(isApplied)),
      ("rule", .string(rule)),
      (
        "layers",
        .array(
          layers.map { layer in
            .object([
              ("capture", .string(layer.capture)), ("layer", .name(layer.name)),
              ("type", .string(layer.type)), ("index", .integer(layer.index)),
              ("fate", .string(layer.fate.rawValue)),
            ])
          })
      ),
      ("changes", .array(changes.map(\.json))),
    ])
  }
}

extension RewriteChange {
  fileprivate var json: JSONValue {
    switch self {
    case .attribute(let layer, let path, let old, let new):
      return .object([
        ("layer", .name(layer)), ("attribute", .string(path)),
        ("old", old.map(JSONValue.string) ?? .null), ("new", new.map(JSONValue.string) ?? .null),
      ])
    case .blob(let layer, let index, let old, let new, let origin):
      func shape(_ shape: [Int]?) -> JSONValue { shape.map { .array($0.map(JSONValue.integer)) } ?? .null }
      return .object([
        ("layer", .name(layer)), ("blob", .integer(index)), ("old", shape(old)), ("new", shape(new)),
        ("numbers", origin.map { .string($0.rawValue) } ?? .null),
      ])
    }
  }
}
