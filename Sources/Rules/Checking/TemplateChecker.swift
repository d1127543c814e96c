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
    // What no layer takes over by name the last one takes over, where it is one value.
    let left = ends.filter { end in !maps.contains { $0.takes(name(end)) } }
    var layers: [LayerTemplate] = []
    var taken: [ValueReference] = []
    for (index, map) in maps.enumerated() {
      try map.rejectReserved(["after", "before"])
      let (scope, repetition, condition) = try repetition(map, scope)
      let uncertain = repetition != nil ? "each" : condition != nil ? "when" : nil
      let isLast = index == maps.count - 1
      let tops: LayerTemplate.Tops
      if let node = map.value("top") {
        tops = .listed(try RewriteSectionChecker.items(node).map { try top($0, scope) })
      } else if isLast, left.count == 1 {
        // One that is left out leaves that to the layer before it.
        if let uncertain, repetition != nil || index == 0 {
          throw RuleError(.uncertainEnd(key: uncertain), map.keyNode(uncertain) ?? map.node)
        }
        tops = .all(capture: left[0])
      } else {
        tops = .listed([.fresh(nil, nil)])
      }
      let bottoms = try self.bottoms(map, scope, Array(aliases[..<index]), taken)
      if condition != nil {
        if case .listed(let list) = tops, list.contains(where: \.isTaken), repetition == nil {
          throw RuleError(.uncertainEnd(key: "when"), map.keyNode("when") ?? map.node)
        }
        if case .listed(let list) = bottoms, list.count != 1 { throw RuleError(.absentReader, map.node) }
      }
      if case .listed(let list) = tops {
        for case .taken(let capture, let index) in list {
          let reference = ValueReference.top(capture: capture, index: index)
          if taken.contains(reference) { throw RuleError(.takenTwice(name(capture)), map.node) }
          taken.append(reference)
        }
      }
      var layer = try template(map, scope, aliases[index].name, bottoms, tops)
      layer.repetition = repetition
      layer.condition = condition
      if let repetition, let name = layer.name, !name.reads(repetition.name) {
        throw RuleError(.sharedName(variable: repetition.name), map.value("name") ?? map.node)
      }
      layers.append(layer)
    }
    return layers
  }

  /// `each` and `when`, and the scope of the other keys.
  private func repetition(
    _ map: YAMLMap, _ scope: RuleScope
  ) throws -> (scope: RuleScope, repetition: Repetition?, condition: CheckedExpression?) {
    var scope = scope
    var repetition: Repetition?
    if let each = try map.map("each", as: "each") {
      (repetition, scope) = try Self.repetition(each, scope)
    }
    let condition = try map.text("when").map { try scope.check($0, expecting: .boolean) }
    return (scope.assuming(condition), repetition, condition)
  }

  /// `{i: count}`.
  private static func repetition(_ each: YAMLMap, _ scope: RuleScope) throws -> (Repetition, RuleScope) {
    guard let (name, node) = each.texts.first, each.keys.count == 1 else {
      throw RuleError(.badEach, each.node)
    }
    let items = try scope.check(try node.asText(for: .key(name.text)))
    let repetition = Repetition(name: name.text, items: items)
    return (repetition, try scope.repeating(repetition, at: name))
  }

  private func bottoms(
    _ map: YAMLMap, _ scope: RuleScope, _ aliases: [ValueChecker.Alias], _ taken: [ValueReference]
  ) throws -> LayerTemplate.Bottoms {
    if let node = map.value("bottom") {
      return .listed(
        try RewriteSectionChecker.items(node).map { try bottom($0, scope, aliases: aliases, taken: taken) })
    }
    if let before = aliases.last {
      guard before.isSeveral else {
        return .listed([BottomItem(.value(.made(layer: aliases.count - 1, index: 0)))])
      }
      // All of several.
      return .listed([
        BottomItem(
          .path(
            ValuePath(
              owner: .made(aliases.count - 1), element: nil, side: .tops, position: .first,
              text: CheckedText(before.name ?? "", at: map.node.place))))
      ])
    }
    guard starts.count == 1 else { throw RuleError(.severalStarts(starts.map(name)), map.node) }
    return .all(capture: starts[0])
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
      var scope = scope
      var repetition: Repetition?
      if let each = try map.map("each", as: "each") { (repetition, scope) = try Self.repetition(each, scope) }
      if repetition == nil { _ = try map.required("name") }
      let name = try map.text("name").map { try NameTemplate($0, scope) }
      if let name, let variable = repetition?.name, !name.reads(variable) {
        throw RuleError(.sharedName(variable: variable), map.value("name") ?? map.node)
      }
      return .fresh(name, repetition)
    }
    let top = try values.top(node, scope)
    if let capture = top.capture, !rewrite.replaced.contains(capture) {
      throw RuleError(.notReplaced(name(capture)), node)
    }
    return top
  }

  private func bottom(
    _ node: YAMLNode, _ scope: RuleScope, aliases: [ValueChecker.Alias], taken: [ValueReference]
  ) throws -> BottomItem {
    let item = try values.item(node, scope, aliases: aliases)
    var gone: Int?
    switch item.source {
    case .value(let value):
      if case .top(let capture, _) = value, !taken.contains(value) { gone = capture }
    case .path(let path):
      if case .capture(let capture) = path.owner, path.side == .tops { gone = capture }
    }
    if let gone, rewrite.dropped.contains(gone) || rewrite.replaced.contains(gone) {
      throw RuleError(.goneValue(name(gone)), node)
    }
    return item
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
        standing = try self.standing(node, scope, known)
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
      try map.rejectReserved(["each", "when"])
      var bottoms = [BottomItem(.value(standing))]
      if let node = map.value("bottom") {
        bottoms = try RewriteSectionChecker.items(node).map {
          try bottom($0, scope, aliases: known, taken: [])
        }
        let reads = bottoms.contains { item in
          if case .value(standing) = item.source { item.condition == nil } else { false }
        }
        guard reads else { throw RuleError(.readsElsewhere, node) }
      }
      return Insertion(
        place: place,
        layer: try template(map, scope, aliases[index].name, .listed(bottoms), .listed([.fresh(nil, nil)])))
    }
  }

  /// The value that a new layer comes behind.
  private func standing(
    _ node: YAMLNode, _ scope: RuleScope, _ aliases: [ValueChecker.Alias]
  ) throws -> ValueReference {
    let item = try values.item(node, scope, aliases: aliases)
    guard case .value(let reference) = item.source, item.condition == nil else {
      throw RuleError(.badValue(found: YAMLDescription(node)), node)
    }
    return reference
  }

  // MARK: - A layer

  private func checkCount(_ nodes: [YAMLNode]) throws {
    guard nodes.count <= Self.layerLimit else {
      throw RuleError(
        .tooMany(nodes.count, of: "new layers in one place", limit: Self.layerLimit), nodes[Self.layerLimit])
    }
  }

  private func aliases(_ maps: [YAMLMap], _ scope: RuleScope) throws -> [ValueChecker.Alias] {
    var aliases: [ValueChecker.Alias] = []
    for map in maps {
      let alias = try map.text("as")
      if let alias {
        try PatternChecker.checkName(alias)
        if scope.names.contains(alias.text) || aliases.contains(where: { $0.name == alias.text }) {
          throw RuleError(.repeatedName(alias.text), alias.node)
        }
      }
      let isSeveral = map.value("each") != nil || map.value("when") != nil
      aliases.append(ValueChecker.Alias(name: alias?.text, isSeveral: isSeveral))
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
        !(RuleGrammar.insertion.names + RuleGrammar.template.names).contains($0.key.text)
      }
      .map { try fields.field($0.key, $0.value) },
      blobs: try RewriteSectionChecker.items(map.value("blobs")).map { try blob($0, scope) },
      place: source.place(at: map.node.offset))
  }
}

extension TemplateChecker {
  /// A blob, or those of a layer as they are; perhaps only where a condition holds.
  private func blob(_ node: YAMLNode, _ scope: RuleScope) throws -> TemplateBlob {
    guard case .mapping = node.content else {
      return TemplateBlob(try source(try node.asText(for: .key("blobs")), scope))
    }
    let map = try YAMLMap(node, as: RuleGrammar.conditionalValue.name)
    try map.rejectUnknownKeys(allowed: RuleGrammar.conditionalValue.names)
    let condition = try scope.check(try map.requiredText("when"), expecting: .boolean)
    return TemplateBlob(
      try source(try map.requiredText("value"), scope.assuming(condition)), condition: condition)
  }

  private func source(_ text: RuleText, _ scope: RuleScope) throws -> TemplateBlob.Source {
    if let (layer, from, to) = (try? Expression(parsing: text.text))?.blobRange,
      case .layer = scope.type(of: layer)
    {
      // That it is there.
      _ = try scope.check(RuleText(text: layer, node: text.node))
      guard let from, let to else { throw RuleError(.badBlobRange(text.text), text.node) }
      return .taken(layer: layer, CheckedText(text.text, at: text.node.place), from: from, to: to)
    }
    return .computed(try scope.check(text, expecting: .tensor(.unknown)))
  }
}

extension Expression {
  /// The layer and the positions of `conv.blobs` and `conv.blobs[1:]`; nil for what is something else. A bound is nil inside where it is not written
  /// as a number.
  fileprivate var blobRange: (layer: String, from: Int?, to: Int??)? {
    switch form {
    case .member(let base, let member) where member.text == "blobs":
      guard case .name(let layer) = base.form else { return nil }
      return (layer, 0, .some(nil))
    case .slice(let base, let from, let to):
      guard let (layer, _, _) = base.blobRange, case .member = base.form else { return nil }
      func bound(_ expression: Expression) -> Int? {
        if case .number(let number) = expression.form { Int(exactly: number) } else { nil }
      }
      let first = from.map(bound) ?? 0
      guard let to else { return (layer, first, .some(nil)) }
      return (layer, first, bound(to).map { .some($0) })
    default: return nil
    }
  }
}

extension LayerTemplate.Top {
  /// The capture that made it before; nil for a new value.
  fileprivate var capture: Int? {
    switch self {
    case .taken(let capture, _), .takenAt(let capture, _), .allTaken(let capture): capture
    case .fresh: nil
    }
  }

  fileprivate var isTaken: Bool { capture != nil }
}

extension YAMLMap {
  /// Whether the new layer names the top of a capture, or one of its tops, as its own.
  fileprivate func takes(_ capture: String) -> Bool {
    RewriteSectionChecker.items(value("top")).contains { item in
      item.scalar.map { $0.text.prefix { $0 != "." && $0 != "[" } == capture } ?? false
    }
  }

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
