import CaffeIO
import Diagnostics
import Engine
import JSON

extension PlanFile {
  /// Reads a plan file; every value is looked at, and a key that the format does not have is an error.
  ///
  /// Refusals and warnings are for the reader: they are not kept.
  /// - Throws: `JSONError` or `PlanFileError`, with the place.
  package init(reading source: SourceText) throws {
    let node = try JSONParser.parse(source)
    // Before all else: a later version may have other keys.
    try Self.checkVersion(of: node)
    let root = try node.object(for: "plan file", keys: Self.keys)
    let inputs = try root.required("inputs").object(for: "inputs", keys: ["model", "weights"])
    let rules = try root.required("rules").object(for: "rules", keys: ["builtin", "files", "protos"])
    let rewrites = try root.required("rewrites").array(for: "rewrites").map(PlannedRewrite.init(reading:))
    var keys: [String: SourcePlace] = [:]
    for rewrite in rewrites {
      guard let place = rewrite.place else { continue }
      if let first = keys.updateValue(place, forKey: rewrite.key) {
        throw PlanFileError(.repeatedKey(rewrite.key, firstLine: first.line), at: place)
      }
    }
    for key in ["refusals", "warnings"] { _ = try root.required(key).array(for: key) }
    self.init(
      program: try root.required("caffold").object(for: "caffold", keys: ["version"]).required("version")
        .string(for: "version"),
      model: try Input(reading: inputs.required("model"), for: "model"),
      weights: try inputs.required("weights").optional { node throws(JSONError) in
        try Input(reading: node, for: "weights")
      },
      builtinDigest: try Self.digest(
        rules.required("builtin").object(for: "builtin", keys: ["sha256"]).required("sha256")),
      ruleFiles: try rules.required("files").array(for: "files").map(Embedded.init(reading:)),
      protoFiles: try rules.required("protos").array(for: "protos").map(Embedded.init(reading:)),
      options: try RunOptions(readingPlan: root.required("options")),
      result: try Result(reading: root.required("result")), rewrites: rewrites)
  }

  private static let keys = [
    "plan", "caffold", "inputs", "rules", "options", "result", "rewrites", "refusals", "warnings",
  ]

  private static func checkVersion(of node: JSONNode) throws {
    guard case .object(let members) = node.content, let version = members.first(where: { $0.key == "plan" })
    else { throw PlanFileError(.noPlan, at: node.place) }
    let number = try version.value.integer(for: "plan")
    guard number == formatVersion else {
      throw PlanFileError(.unknownVersion(number), at: version.value.place)
    }
  }

  fileprivate static func digest(_ node: JSONNode) throws(JSONError) -> String {
    let text = try node.string(for: "sha256")
    let isDigit = { (byte: UInt8) in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
    guard text.utf8.count == 64, text.utf8.allSatisfy(isDigit) else {
      throw node.expected("64 hexadecimal digits", for: "sha256")
    }
    return text
  }
}

extension PlanFile.Input {
  fileprivate static let keys = ["path", "bytes", "sha256"]

  fileprivate init(reading node: JSONNode, for key: String) throws(JSONError) {
    try self.init(node.object(for: key, keys: Self.keys))
  }

  fileprivate init(_ object: JSONObject) throws(JSONError) {
    self.init(
      path: try object.required("path").string(for: "path"),
      byteCount: try object.required("bytes").count(for: "bytes"),
      digest: try PlanFile.digest(object.required("sha256")))
  }
}

extension PlanFile.Embedded {
  fileprivate init(reading node: JSONNode) throws {
    let object = try node.object(for: "files", keys: PlanFile.Input.keys + ["text"])
    let input = try PlanFile.Input(object)
    let lines = try object.required("text").strings(for: "text")
    let text = lines.joined(separator: "\n")
    let digest = SHA256.digest(of: Array(text.utf8))
    guard digest == input.digest else {
      throw PlanFileError(.changedText(path: input.path), at: object.place)
    }
    self.init(input: input, text: text)
  }
}

extension PlanFile.Result {
  fileprivate init(reading node: JSONNode) throws(JSONError) {
    let object = try node.object(for: "result", keys: ["rewrites", "layers", "model", "weights"])
    var before: [String: Int] = [:]
    var after: [String: Int] = [:]
    for entry in try object.required("layers").array(for: "layers") {
      let counts = try entry.object(for: "layers", keys: ["type", "before", "after"])
      let type = try counts.required("type").string(for: "type")
      before[type] = try counts.required("before").count(for: "before")
      after[type] = try counts.required("after").count(for: "after")
    }
    let model = try object.required("model").object(for: "model", keys: ["bytes", "sha256"])
    self.init(
      rewriteCount: try object.required("rewrites").count(for: "rewrites"), typesBefore: before,
      typesAfter: after, modelByteCount: try model.required("bytes").count(for: "bytes"),
      modelDigest: try PlanFile.digest(model.required("sha256")),
      weightsByteCount: try object.required("weights").optional { node throws(JSONError) in
        try node.object(for: "weights", keys: ["bytes"]).required("bytes").count(for: "bytes")
      })
  }
}

extension PlannedRewrite {
  fileprivate init(reading node: JSONNode) throws(JSONError) {
    let object = try node.object(for: "rewrites", keys: ["key", "apply", "rule", "layers", "changes"])
    var layers: [Layer] = []
    for layer in try object.required("layers").array(for: "layers") {
      layers.append(try Layer(reading: layer))
    }
    var changes: [RewriteChange] = []
    for change in try object.required("changes").array(for: "changes") {
      changes.append(try RewriteChange(reading: change))
    }
    self.init(
      key: try object.required("key").string(for: "key"),
      isApplied: try object.required("apply").boolean(for: "apply"),
      rule: try object.required("rule").string(for: "rule"), layers: layers, changes: changes,
      place: node.place)
  }
}

extension PlannedRewrite.Layer {
  fileprivate init(reading node: JSONNode) throws(JSONError) {
    let object = try node.object(for: "layers", keys: ["capture", "layer", "type", "index", "fate"])
    let word = try object.required("fate")
    guard let fate = PlannedRewrite.Fate(rawValue: try word.string(for: "fate")) else {
      throw word.expected("\"kept\", \"removed\" or \"replaced\"", for: "fate")
    }
    self.init(
      capture: try object.required("capture").string(for: "capture"),
      name: try object.required("layer").name(for: "layer"),
      type: try object.required("type").string(for: "type"),
      index: try object.required("index").count(for: "index"), fate: fate)
  }
}

extension RewriteChange {
  fileprivate init(reading node: JSONNode) throws(JSONError) {
    let object = try node.object(
      for: "changes", keys: ["layer", "attribute", "blob", "old", "new", "numbers"])
    let layer = try object.required("layer").name(for: "layer")
    let (old, new) = (try object.required("old"), try object.required("new"))
    if let attribute = object.value("attribute") {
      self = .attribute(
        layer: layer, path: try attribute.string(for: "attribute"),
        old: try old.optional { node throws(JSONError) in try node.string(for: "old") },
        new: try new.optional { node throws(JSONError) in try node.string(for: "new") })
      return
    }
    func shape(_ node: JSONNode, _ key: String) throws(JSONError) -> [Int]? {
      try node.optional { node throws(JSONError) in
        var shape: [Int] = []
        for dimension in try node.array(for: key) { shape.append(try dimension.count(for: key)) }
        return shape
      }
    }
    let numbers = try object.required("numbers")
    let origin = try numbers.optional { node throws(JSONError) in
      guard let origin = BlobOrigin(rawValue: try node.string(for: "numbers")) else {
        throw node.expected("\"scaled\", \"computed\" or \"moved\"", for: "numbers")
      }
      return origin
    }
    self = .blob(
      layer: layer, index: try object.required("blob").count(for: "blob"), old: try shape(old, "old"),
      new: try shape(new, "new"), origin: origin)
  }
}
