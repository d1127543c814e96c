import Diagnostics
import RuleModel
import YAML

/// Checks the examples of a layer definition.
struct DefinitionTestChecker {
  let source: SourceText
  let context: RuleContext

  /// How many examples a definition has at most.
  static let limit = 256

  func check(_ maps: [YAMLMap]) throws -> [DefinitionTest] {
    if maps.count > Self.limit {
      throw RuleError(.tooMany(maps.count, of: "tests", limit: Self.limit), maps[Self.limit].node)
    }
    return try maps.map(check)
  }

  private func check(_ map: YAMLMap) throws -> DefinitionTest {
    try map.rejectUnknownKeys(allowed: RuleGrammar.definitionTest.names)
    let name = try map.requiredString("name")
    let place = source.place(at: map.node.offset)
    let expectation: DefinitionTest.Expectation
    if let refused = map.value("refused") {
      if map.value("tops") != nil {
        throw RuleError(.exclusive(["tops", "refused"], in: RuleGrammar.definitionTest.name), map.node)
      }
      expectation = .refused(try refused.asText(for: .key("refused")).text)
    } else {
      _ = try map.required("tops")
      expectation = .tops(try numbers("tops", of: map))
    }
    var tolerance = DefinitionTest.usualTolerance
    if let text = try map.text("tolerance") { tolerance = try RuleChecker.tolerance(text) }
    _ = try map.required("bottoms")
    return DefinitionTest(
      name: name,
      layer: SourceText(
        path: "\(place.description) (\(name))", bytes: Array((try map.text("layer")?.text ?? "").utf8)),
      blobs: try numbers("blobs", of: map), bottoms: try numbers("bottoms", of: map),
      expectation: expectation,
      tolerance: tolerance, place: place)
  }

  /// Expressions for numbers, one for each bottom, blob or top.
  private func numbers(_ key: String, of map: YAMLMap) throws -> [CheckedExpression] {
    let scope = RuleScope(context)
    return try RewriteSectionChecker.items(map.value(key)).map { node in
      try scope.check(try RuleText(tensor: node, key))
    }
  }
}
