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
    if let text = try map.text("tolerance") {
      guard let number = Double(text.text), number >= 0, number.isFinite else {
        throw RuleError(.badTolerance(text.text), text.node)
      }
      tolerance = number
    }
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
      try scope.check(RuleText(text: text(of: node, key), node: node))
    }
  }

  /// The text of an expression; lists in YAML are numbers in row-major order.
  private func text(of node: YAMLNode, _ key: String) throws -> String {
    guard let items = node.sequence else { return try node.asText(for: .key(key)).text }
    guard items.contains(where: { $0.sequence != nil }) else {
      return "[\(try items.map { try $0.asText(for: .item(of: key)).text }.joined(separator: ", "))]"
    }
    var (shape, level) = ([items.count], items)
    while let first = level.first?.sequence {
      let rows = level.map { $0.sequence ?? [] }
      if let odd = zip(level, rows).first(where: { $1.count != first.count }) {
        throw RuleError(.raggedRows(expected: first.count), odd.0)
      }
      shape.append(first.count)
      level = rows.flatMap(\.self)
    }
    let numbers = try level.map { try $0.asText(for: .item(of: key)).text }
    return
      "reshape([\(numbers.joined(separator: ", "))], [\(shape.map(String.init).joined(separator: ", "))])"
  }
}
