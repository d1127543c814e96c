import RuleModel
import YAML

/// Checks what a rewrite says of values: `conv`, `slice.tops[1]`, `sum.bottoms[0]`, `$x`, and new layers by name.
struct ValueChecker {
  let pattern: Pattern
  let rewrite: Rewrite

  /// A new layer that others can read.
  struct Alias {
    /// What the rule calls it; nil for nothing.
    var name: String?
    /// Whether there may be several of it, or none.
    var isSeveral: Bool
  }

  /// One value that a layer reads afterwards.
  func check(_ node: YAMLNode, _ scope: RuleScope) throws -> ValueReference {
    let item = try item(node, scope, aliases: [])
    guard case .value(let reference) = item.source, item.condition == nil else {
      if case .path(let path) = item.source, case .capture(let index) = path.owner,
        pattern.captures[index].group != nil
      {
        throw RuleError(.severalHere(capture: pattern.captures[index].name), node)
      }
      throw RuleError(.badValue(found: YAMLDescription(node)), node)
    }
    return reference
  }

  /// One value or several that a layer reads afterwards: a text, or `{value: …, when: …}`. `aliases` are the new layers before it.
  func item(_ node: YAMLNode, _ scope: RuleScope, aliases: [Alias]) throws -> BottomItem {
    guard case .mapping = node.content else {
      return BottomItem(try source(node, scope, aliases))
    }
    let map = try YAMLMap(node, as: RuleGrammar.conditionalValue.name)
    try map.rejectUnknownKeys(allowed: RuleGrammar.conditionalValue.names)
    let condition = try scope.check(try map.requiredText("when"), expecting: .boolean)
    let inner = scope.assuming(condition)
    return BottomItem(try source(try map.required("value"), inner, aliases), condition: condition)
  }

  private func source(_ node: YAMLNode, _ scope: RuleScope, _ aliases: [Alias]) throws -> BottomItem.Source {
    let text = try PathText(node)
    if text.name.hasPrefix("$") {
      let name = String(text.name.dropFirst())
      guard text.isBare, valueNames.contains(name) else {
        throw RuleError(.unknownValue(text.name, known: valueNames.map { "$\($0)" }), node)
      }
      return .value(.value(name))
    }
    if let index = aliases.firstIndex(where: { $0.name == text.name }) {
      guard text.side != .bottoms else { throw RuleError(.badValue(found: YAMLDescription(node)), node) }
      if !aliases[index].isSeveral, text.element == nil, let position = text.fixedPosition {
        return .value(.made(layer: index, index: position))
      }
      return .path(try path(text, .made(index), node, scope))
    }
    guard let capture = pattern.index(of: text.name) else {
      if case .layer = scope.type(of: text.name) {
        return .path(try path(text, .item(text.name), node, scope))
      }
      let known = pattern.captures.map(\.name) + aliases.compactMap(\.name)
      throw RuleError(.unknownCapture(text.name, known: known), node)
    }
    // The path reads the layer, which must be there.
    if pattern.captures[capture].group == nil, !pattern.isAlwaysPresent[capture] {
      _ = try scope.check(RuleText(text: text.name, node: node))
    }
    if pattern.captures[capture].group == nil, text.element == nil, let position = text.fixedPosition {
      return .value(
        text.side == .bottoms
          ? .bottom(capture: capture, index: position) : .top(capture: capture, index: position))
    }
    return .path(try path(text, .capture(capture), node, scope))
  }

  private func path(
    _ text: PathText, _ owner: ValuePath.Owner, _ node: YAMLNode, _ scope: RuleScope
  ) throws -> ValuePath {
    func number(_ part: PathText.Part) throws -> CheckedExpression {
      try scope.check(RuleText(text: part.text, node: node), expecting: .number(), textOffset: part.offset)
    }
    let position: ValuePath.Position
    switch (text.side, text.position) {
    case (nil, _): position = .first
    case (_, nil): position = .all
    case (_, let part?):
      if let (from, to) = part.bounds {
        position = .range(from: try from.map(number), to: try to.map(number))
      } else {
        position = .at(try number(part))
      }
    }
    return ValuePath(
      owner: owner, element: try text.element.map(number), side: text.side ?? .tops, position: position,
      text: CheckedText(text.text, at: node.place))
  }

  /// A value that a captured layer makes.
  func top(_ node: YAMLNode, _ scope: RuleScope) throws -> LayerTemplate.Top {
    let text = try PathText(node, else: .badTop(found: YAMLDescription(node)))
    guard text.side != .bottoms, !text.name.hasPrefix("$"), text.element == nil else {
      throw RuleError(.badTop(found: YAMLDescription(node)), node)
    }
    let capture = try scope.capture(RuleText(text: text.name, node: node))
    if text.position?.bounds != nil { throw RuleError(.badTop(found: YAMLDescription(node)), node) }
    if let position = text.fixedPosition { return .taken(capture: capture, index: position) }
    guard let position = text.position else { return .allTaken(capture: capture) }
    let expression = try scope.check(
      RuleText(text: position.text, node: node), expecting: .number(), textOffset: position.offset)
    return .takenAt(capture: capture, expression)
  }

  /// A bottom of a captured layer; without an index its only one.
  func bottom(_ node: YAMLNode, _ scope: RuleScope) throws -> (capture: Int, index: Int?) {
    let text = try PathText(node)
    guard text.side != .tops, !text.name.hasPrefix("$"), text.element == nil,
      let position = text.fixedPosition
    else { throw RuleError(.badValue(found: YAMLDescription(node)), node) }
    let capture = try scope.capture(RuleText(text: text.name, node: node))
    return (capture, text.side == nil ? nil : position)
  }

  /// The free values of the pattern, in the order of the rule.
  private var valueNames: [String] {
    var names: [String] = []
    for case .value(let name) in pattern.captures.flatMap(\.bottoms.references) where !names.contains(name) {
      names.append(name)
    }
    return names
  }
}

/// `name[element].tops[position]`, cut into its parts; all but the name may be absent.
struct PathText {
  /// A piece of the text, and the byte it begins at.
  struct Part {
    var text: String
    var offset: Int

    /// What stands before and behind a colon that is in no brackets; nil without one.
    var bounds: (from: Part?, to: Part?)? {
      var depth = 0
      for (index, byte) in text.utf8.enumerated() {
        if "[(".utf8.contains(byte) { depth += 1 }
        if "])".utf8.contains(byte) { depth -= 1 }
        guard depth == 0, byte == UInt8(ascii: ":") else { continue }
        let bytes = Array(text.utf8)
        func part(_ range: Range<Int>) -> Part? {
          let piece = String(decoding: bytes[range], as: UTF8.self)
          return piece.allSatisfy { $0 == " " } ? nil : Part(text: piece, offset: offset + range.lowerBound)
        }
        return (part(0..<index), part(index + 1..<bytes.count))
      }
      return nil
    }
  }

  var text: String
  var name: String
  var element: Part?
  var side: ValueSide?
  var position: Part?

  /// Whether it is a name alone.
  var isBare: Bool { element == nil && side == nil }

  /// The position, where it is written as a number, or is the first because nothing is said; nil for all, and for an expression.
  var fixedPosition: Int? {
    guard side != nil else { return 0 }
    return position.flatMap { Int($0.text) }.flatMap { $0 >= 0 ? $0 : nil }
  }

  /// What is wrong with a value that is written in Caffe's words: `conv.top`.
  static func caffeMember(_ node: YAMLNode) -> RuleError.Reason? {
    let words = ["top": "tops[0]", "bottom": "bottoms[0]"]
    let parts = (node.scalar?.text ?? "").split(separator: ".").map(String.init)
    guard parts.count == 2, let write = words[parts[1]] else { return nil }
    return .layerMember(parts[1], write: "\(parts[0]).\(write)")
  }

  init(_ node: YAMLNode, else reason: RuleError.Reason? = nil) throws {
    let refusal = RuleError(
      Self.caffeMember(node) ?? reason ?? .badValue(found: YAMLDescription(node)), node)
    guard case .scalar(let scalar) = node.content, !node.isNull else { throw refusal }
    text = scalar.text
    let bytes = Array(scalar.text.utf8)
    var index = bytes.firstIndex { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: ".") } ?? bytes.count
    name = String(decoding: bytes[..<index], as: UTF8.self)
    guard PatternChecker.isName(name.hasPrefix("$") ? String(name.dropFirst()) : name) else { throw refusal }
    func subscripted() throws -> Part? {
      guard index < bytes.count, bytes[index] == UInt8(ascii: "[") else { return nil }
      let start = index + 1
      var depth = 0
      while index < bytes.count {
        if bytes[index] == UInt8(ascii: "[") { depth += 1 }
        if bytes[index] == UInt8(ascii: "]") { depth -= 1 }
        index += 1
        if depth == 0 {
          let inside = String(decoding: bytes[start..<index - 1], as: UTF8.self)
          // A negative position is none, and counts from no end here.
          if let number = Int(inside), number < 0 { throw refusal }
          return Part(text: inside, offset: start)
        }
      }
      throw refusal
    }
    element = try subscripted()
    if index < bytes.count {
      let rest = String(decoding: bytes[index...], as: UTF8.self)
      for candidate in [ValueSide.tops, .bottoms] where rest.hasPrefix(".\(candidate.rawValue)") {
        side = candidate
        index += candidate.rawValue.utf8.count + 1
      }
      guard side != nil else { throw refusal }
      position = try subscripted()
    }
    guard index == bytes.count else { throw refusal }
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
