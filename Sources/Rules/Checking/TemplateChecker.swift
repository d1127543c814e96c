import Diagnostics
import RuleModel
import YAML

/// Checks the new layers of a rule: what they read and make, and that nothing is left without a maker.
struct TemplateChecker {
  let source: SourceText
  let pattern: Pattern
  let rewrite: Rewrite

  /// How many layers a rule can write in one place.
  static let layerLimit = 256

  private var values: ValueChecker { ValueChecker(pattern: pattern, rewrite: rewrite) }

  // MARK: - Replacements

  /// The layers that take the place of others.
  func replacements(_ nodes: [YAMLNode], _ scope: RuleScope, at place: YAMLNode) throws -> [LayerTemplate] {
    try checkCount(nodes)
    let maps = try nodes.map { try YAMLMap($0, as: "new layer") }
    let aliases = try aliases(maps, scope)
    let namesTops = maps.contains { $0.value("top") != nil }
    if !nodes.isEmpty, !namesTops, ends.count > 1 {
      throw RuleError(.severalEnds(ends.map(name)), place)
    }
    var layers: [LayerTemplate] = []
    var taken: [ValueReference] = []
    for (index, map) in maps.enumerated() {
      try map.rejectReserved(["after", "before"])
      let isLast = index == maps.count - 1
      let tops: LayerTemplate.Tops
      if let node = map.value("top") {
        tops = .listed(try RewriteSectionChecker.items(node).map { try top($0, scope) })
      } else if isLast, !namesTops, let end = ends.first {
        tops = .all(capture: end)
      } else {
        tops = .listed([.fresh(nil)])
      }
      let bottoms: LayerTemplate.Bottoms
      if let node = map.value("bottom") {
        bottoms = .listed(
          try RewriteSectionChecker.items(node).map {
            try bottom($0, scope, aliases: Array(aliases[..<index]), taken: taken)
          })
      } else if index > 0 {
        bottoms = .listed([.made(layer: index - 1, index: 0)])
      } else {
        guard starts.count == 1 else { throw RuleError(.severalStarts(starts.map(name)), map.node) }
        bottoms = .all(capture: starts[0])
      }
      if case .listed(let list) = tops {
        for case .taken(let capture, let index) in list {
          let reference = ValueReference.top(capture: capture, index: index)
          if taken.contains(reference) { throw RuleError(.takenTwice(name(capture)), map.node) }
          taken.append(reference)
        }
      }
      layers.append(try template(map, scope, aliases[index], bottoms, tops))
    }
    return layers
  }

  /// Replaced captures whose values no other layer that goes reads.
  private var ends: [Int] {
    rewrite.replaced.filter { capture in
      !pattern.captures.indices.contains { other in
        rewrite.lets(go: other)
          && pattern.captures[other].bottoms.references.contains { $0.isTop(of: capture) }
      }
    }
  }

  /// Replaced captures that read no other layer that goes.
  private var starts: [Int] {
    rewrite.replaced.filter { capture in
      !pattern.captures[capture].bottoms.references.contains { reference in
        if case .top(let other, _) = reference { return rewrite.lets(go: other) }
        return false
      }
    }
  }

  private func name(_ capture: Int) -> String { pattern.captures[capture].name }

  private func top(_ node: YAMLNode, _ scope: RuleScope) throws -> LayerTemplate.Top {
    if case .mapping = node.content {
      let map = try YAMLMap(node, as: RuleGrammar.newTop.name)
      try map.rejectUnknownKeys(allowed: RuleGrammar.newTop.names)
      return .fresh(try NameTemplate(try map.requiredText("name"), scope))
    }
    let (capture, index) = try values.top(node, scope)
    guard rewrite.replaced.contains(capture) else { throw RuleError(.notReplaced(name(capture)), node) }
    return .taken(capture: capture, index: index)
  }

  private func bottom(
    _ node: YAMLNode, _ scope: RuleScope, aliases: [String?], taken: [ValueReference]
  ) throws -> ValueReference {
    let value = try values.check(node, scope, aliases: aliases)
    if case .top(let capture, _) = value,
      rewrite.dropped.contains(capture) || rewrite.replaced.contains(capture),
      !taken.contains(value)
    {
      throw RuleError(.goneValue(name(capture)), node)
    }
    return value
  }

  // MARK: - Insertions

  /// The layers that come between others.
  func insertions(_ nodes: [YAMLNode], _ scope: RuleScope) throws -> [Insertion] {
    try checkCount(nodes)
    let maps = try nodes.map { try YAMLMap($0, as: "new layer") }
    let aliases = try aliases(maps, scope)
    return try maps.enumerated().map { index, map in
      let known = Array(aliases[..<index])
      let place: Insertion.Place
      let standing: ValueReference
      switch (map.value("after"), map.value("before")) {
      case (let node?, nil):
        standing = try values.check(node, scope, aliases: known)
        if case .top(let capture, _) = standing, rewrite.lets(go: capture) {
          throw RuleError(.goneValue(name(capture)), node)
        }
        place = .after(standing)
      case (nil, let node?):
        let (capture, bottom) = try values.bottom(node, scope)
        if rewrite.lets(go: capture) { throw RuleError(.goneValue(name(capture)), node) }
        standing = .bottom(capture: capture, index: bottom ?? 0)
        place = .before(capture: capture, bottom: bottom)
      case (nil, nil): throw RuleError(.noPlace, map.node)
      default: throw RuleError(.exclusive(["after", "before"], in: "insert"), map.node)
      }
      try map.rejectReserved(["top"])
      var bottoms = [standing]
      if let node = map.value("bottom") {
        bottoms = try RewriteSectionChecker.items(node).map {
          try bottom($0, scope, aliases: known, taken: [])
        }
        guard bottoms.contains(standing) else { throw RuleError(.readsElsewhere, node) }
      }
      return Insertion(
        place: place,
        layer: try template(map, scope, aliases[index], .listed(bottoms), .listed([.fresh(nil)])))
    }
  }

  // MARK: - A layer

  private func checkCount(_ nodes: [YAMLNode]) throws {
    guard nodes.count <= Self.layerLimit else {
      throw RuleError(
        .tooMany(nodes.count, of: "new layers in one place", limit: Self.layerLimit), nodes[Self.layerLimit])
    }
  }

  private func aliases(_ maps: [YAMLMap], _ scope: RuleScope) throws -> [String?] {
    var aliases: [String?] = []
    for map in maps {
      let alias = try map.text("as")
      if let alias {
        guard PatternChecker.isName(alias.text) else {
          throw RuleError(.badCaptureName(alias.text), alias.node)
        }
        if scope.names.contains(alias.text) || aliases.contains(alias.text) {
          throw RuleError(.repeatedName(alias.text), alias.node)
        }
      }
      aliases.append(alias?.text)
    }
    return aliases
  }

  private func template(
    _ map: YAMLMap, _ scope: RuleScope, _ alias: String?, _ bottoms: LayerTemplate.Bottoms,
    _ tops: LayerTemplate.Tops
  ) throws -> LayerTemplate {
    let model = try map.text("like").map(scope.capture)
    let fields = FieldChecker(scope: scope)
    return LayerTemplate(
      alias: alias, type: model == nil ? try map.requiredString("type") : try map.string("type"),
      model: model, name: try map.text("name").map { try NameTemplate($0, scope) },
      bottoms: bottoms, tops: tops,
      fields: try map.texts.filter {
        !RuleGrammar.insertion.names.contains($0.key.text) && $0.key.text != "top"
      }
      .map { try fields.field($0.key, $0.value) },
      blobs: try map.textList("blobs").map { try scope.check($0, expecting: .tensor(.unknown)) },
      place: source.place(at: map.node.offset))
  }
}

extension YAMLMap {
  /// Throws for a key that would otherwise be taken for a field of the new layer.
  fileprivate func rejectReserved(_ keys: [String]) throws {
    for key in keys {
      if let node = keyNode(key) { throw RuleError(.misplacedKey(key), node) }
    }
  }
}

extension BottomReference {
  fileprivate func isTop(of wanted: Int) -> Bool {
    if case .top(wanted, _) = self { return true }
    return false
  }
}
