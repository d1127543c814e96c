import Diagnostics

/// A rule file as decoded: the right keys with the right kinds of values, and nothing checked beyond that.
///
/// `RuleChecker` makes `Rule` values of it.
package struct RuleDocument: Sendable {
  /// The file.
  package let source: SourceText
  /// The rules, unchecked.
  package let rules: [UncheckedRule]
  /// The layouts, unchecked.
  package let layouts: [UncheckedLayout]

  /// Decodes a rule file.
  ///
  /// - Throws: `YAMLError` for a text that is not YAML, `RuleError` for keys and values that do not belong.
  package init(_ source: SourceText) throws {
    self.source = source
    let root = try YAMLMap(try YAMLDocument(source).root, as: "rule file")
    try root.rejectUnknownKeys(allowed: ["schema", "rules", "layouts"])
    let schema = try root.required("schema")
    let version = try schema.asInteger(for: .key("schema"))
    guard version == 1 else { throw RuleError(.unknownSchema(version), schema) }
    rules = try root.maps("rules", as: "rule").map(UncheckedRule.init)
    layouts = try root.maps("layouts", as: "layout").map(UncheckedLayout.init)
  }
}

/// A rule as decoded.
package struct UncheckedRule: Sendable {
  let node: YAMLNode
  let id: RuleText
  let summary: String
  let documentation: String
  let tags: [RuleText]
  let safety: RuleText?
  let phase: RuleText?
  let priority: Int
  let quiet: Bool
  let allow: [RuleText]
  let match: [(name: RuleText, capture: UncheckedCapture)]
  let conditions: [RuleText]
  let lets: [(name: RuleText, expression: RuleText)]
  let transforms: [YAMLMap]
  let rewrite: YAMLMap
  let tests: [YAMLMap]

  static let keys = [
    "id", "summary", "documentation", "tags", "safety", "phase", "priority", "quiet", "allow", "match",
    "where", "let",
    "transform", "rewrite", "tests",
  ]

  init(_ map: YAMLMap) throws {
    try map.rejectUnknownKeys(allowed: Self.keys)
    node = map.node
    id = try map.requiredText("id")
    summary = try map.requiredString("summary")
    documentation = try map.string("documentation") ?? ""
    tags = try map.textList("tags")
    safety = try map.text("safety")
    phase = try map.text("phase")
    priority = try map.integer("priority") ?? 0
    quiet = try map.boolean("quiet") ?? false
    allow = try map.textList("allow")
    conditions = try map.textList("where")
    let match = try map.requiredMap("match", as: "match")
    self.match = try match.texts.map { key, value in
      (key, try UncheckedCapture(YAMLMap(value, as: "capture '\(key.text)'")))
    }
    lets =
      try map.map("let", as: "let")?.texts.map { key, value in
        (key, try value.asText(for: .key(key.text)))
      } ?? []
    transforms = try map.maps("transform", as: "transform")
    rewrite = try map.requiredMap("rewrite", as: "rewrite")
    tests = try map.maps("tests", as: "test")
  }
}

/// One layer of a pattern as decoded.
package struct UncheckedCapture: Sendable {
  let node: YAMLNode
  let types: [RuleText]
  let name: RuleText?
  let included: Bool
  let bottom: YAMLNode?
  let conditions: [RuleText]

  init(_ map: YAMLMap) throws {
    try map.rejectUnknownKeys(allowed: ["type", "name", "included", "bottom", "where"])
    node = map.node
    types = try map.textList("type")
    name = try map.text("name")
    included = try map.boolean("included") ?? true
    bottom = map.value("bottom")
    conditions = try map.textList("where")
  }
}

/// A blob layout as decoded.
package struct UncheckedLayout: Sendable {
  let node: YAMLNode
  let id: RuleText
  let types: [RuleText]
  let condition: RuleText?
  let blobs: [RuleText]
  let epsilon: RuleText?
  let storedStatistics: RuleText?
  let axis: RuleText?
  let axisCount: RuleText?
  let scale: RuleText?
  let shift: RuleText?

  init(_ map: YAMLMap) throws {
    try map.rejectUnknownKeys(
      allowed: [
        "id", "type", "when", "blobs", "epsilon", "stored_statistics", "axis", "axis_count", "scale", "shift",
      ])
    node = map.node
    id = try map.requiredText("id")
    _ = try map.required("type")
    types = try map.textList("type")
    condition = try map.text("when")
    blobs = try map.textList("blobs")
    epsilon = try map.text("epsilon")
    storedStatistics = try map.text("stored_statistics")
    axis = try map.text("axis")
    axisCount = try map.text("axis_count")
    scale = try map.text("scale")
    shift = try map.text("shift")
    // A layout reads blobs or parameters.
    if scale == nil, shift == nil { _ = try map.required("blobs") }
  }
}
