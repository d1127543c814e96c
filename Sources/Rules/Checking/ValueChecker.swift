import RuleModel
import YAML

/// Checks what a rewrite says of values: `conv`, `slice.tops[1]`, `sum.bottoms[0]`, `$x`, and new layers by name.
struct ValueChecker {
  let pattern: Pattern
  let rewrite: Rewrite

  /// A value that a layer reads afterwards; `aliases` are the new layers before it, nil for those without a name.
  func check(_ node: YAMLNode, _ scope: RuleScope, aliases: [String?]) throws -> ValueReference {
    let parts = try parse(node)
    if parts.name.hasPrefix("$") {
      let name = String(parts.name.dropFirst())
      guard parts.side == nil, valueNames.contains(name) else {
        throw RuleError(.unknownValue(parts.name, known: valueNames.map { "$\($0)" }), node)
      }
      return .value(name)
    }
    if let index = aliases.firstIndex(of: parts.name) {
      guard parts.side != .bottoms else { throw RuleError(.badValue(found: YAMLDescription(node)), node) }
      return .made(layer: index, index: parts.index)
    }
    guard let capture = pattern.index(of: parts.name) else {
      let known = pattern.captures.map(\.name) + aliases.compactMap(\.self)
      throw RuleError(.unknownCapture(parts.name, known: known), node)
    }
    if parts.side == .bottoms { return .bottom(capture: capture, index: parts.index) }
    return .top(capture: capture, index: parts.index)
  }

  /// A value that a captured layer makes.
  func top(_ node: YAMLNode, _ scope: RuleScope) throws -> (capture: Int, index: Int) {
    let parts = try parse(node)
    guard parts.side != .bottoms, !parts.name.hasPrefix("$") else {
      throw RuleError(.badTop(found: YAMLDescription(node)), node)
    }
    return (try scope.capture(RuleText(text: parts.name, node: node)), parts.index)
  }

  /// A bottom of a captured layer; without an index its only one.
  func bottom(_ node: YAMLNode, _ scope: RuleScope) throws -> (capture: Int, index: Int?) {
    let parts = try parse(node)
    guard parts.side != .tops, !parts.name.hasPrefix("$") else {
      throw RuleError(.badValue(found: YAMLDescription(node)), node)
    }
    let capture = try scope.capture(RuleText(text: parts.name, node: node))
    return (capture, parts.side == nil ? nil : parts.index)
  }

  /// The free values of the pattern, in the order of the rule.
  private var valueNames: [String] {
    var names: [String] = []
    for case .value(let name) in pattern.captures.flatMap(\.bottoms.references) where !names.contains(name) {
      names.append(name)
    }
    return names
  }

  private func parse(_ node: YAMLNode) throws -> (name: String, side: ValueSide?, index: Int) {
    guard case .scalar(let scalar) = node.content, !node.isNull else {
      throw RuleError(.badValue(found: YAMLDescription(node)), node)
    }
    let text = scalar.text
    for side in [ValueSide.tops, .bottoms] {
      guard let (name, digits) = text.split(at: ".\(side.rawValue)[") else { continue }
      guard let index = Int(digits), index >= 0 else {
        throw RuleError(.badValue(found: YAMLDescription(node)), node)
      }
      return (name, side, index)
    }
    let bare = text.hasPrefix("$") ? String(text.dropFirst()) : text
    guard PatternChecker.isName(bare) else { throw RuleError(.badValue(found: YAMLDescription(node)), node) }
    return (text, nil, 0)
  }
}

extension String {
  /// Splits `name.tops[2]` at `.tops[` into `name` and `2`.
  func split(at marker: String) -> (name: String, index: String)? {
    let utf8 = Array(self.utf8)
    let wanted = Array(marker.utf8)
    guard utf8.last == UInt8(ascii: "]"), utf8.count > wanted.count else { return nil }
    for start in 0...(utf8.count - wanted.count) where Array(utf8[start..<start + wanted.count]) == wanted {
      return (
        String(decoding: utf8[..<start], as: UTF8.self),
        String(decoding: utf8[(start + wanted.count)..<(utf8.count - 1)], as: UTF8.self)
      )
    }
    return nil
  }
}
