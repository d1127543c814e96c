import RuleModel
import YAML

/// Caffe layers as steps of a definition.
extension DefinitionChecker {
  /// One layer: its own keys say what it reads and makes, the others are its fields.
  func layerStep(
    _ map: YAMLMap, _ scope: RuleScope, _ values: inout DefinedValues, follows previous: ValueName?,
    isLast: Bool
  ) throws -> LayerStep {
    if map.value("op") != nil { throw RuleError(.exclusive(["op", "type"], in: "step"), map.node) }
    for key in Self.operatorKeys {
      if let node = map.keyNode(key) { throw RuleError(.operatorKey(key), node) }
    }
    let place = source.place(at: map.node.offset)
    let type = try map.requiredString("type")
    let bottoms: [ValueName]
    if let node = map.value("bottom") {
      bottoms = try RewriteSectionChecker.items(node).map { node in
        let text = try node.asText(for: .item(of: "bottom"))
        let name = try valueName(text, scope)
        try values.check(name, at: text.node)
        return name
      }
    } else {
      bottoms = [previous ?? ValueName(name: values.first, index: nil, place: place)]
    }
    let tops: [LayerStep.Top]
    if let node = map.value("top") {
      tops = try RewriteSectionChecker.items(node).map { try top($0, scope, &values) }
    } else if isLast {
      tops = [.single(ValueName(name: ValueName.tops, index: nil, place: place))]
    } else {
      let name = values.freshName()
      try values.define(name, isList: false, at: map.node)
      tops = [.single(ValueName(name: name, index: nil, place: place))]
    }
    let like = try map.text("like")
    if let like, like.text != "layer" {
      throw RuleError(.unknownWord(like.text, for: "'like' of a definition", allowed: ["layer"]), like.node)
    }
    let blobs = try map.textList("blobs")
    let keepsBlobs = blobs.count == 1 && blobs[0].text == Self.allBlobs
    let fields = FieldChecker(scope: scope)
    return LayerStep(
      type: type, bottoms: bottoms, tops: tops, isLikeLayer: like != nil,
      fields: try map.texts.filter { !RuleGrammar.definitionLayer.names.contains($0.key.text) }
        .map { try fields.field($0.key, $0.value) },
      keepsBlobs: keepsBlobs,
      blobs: keepsBlobs ? [] : try blobs.map { try scope.check($0, expecting: .tensor(.unknown)) },
      condition: try map.text("when").map { try scope.check($0, expecting: .boolean) }, place: place)
  }

  /// What stands for all blobs of the layer that is defined.
  static let allBlobs = "layer.blobs"

  /// Keys of operators that could be taken for fields of a layer.
  private static let operatorKeys = ["input", "output", "means", "name"]

  /// `scaled`, `part[i]`, `tops`, or `{part: n}` for a list of n values.
  private func top(
    _ node: YAMLNode, _ scope: RuleScope, _ values: inout DefinedValues
  ) throws -> LayerStep.Top {
    if case .mapping = node.content {
      let map = try YAMLMap(node, as: "list of tops")
      guard let (name, count) = map.texts.first, map.keys.count == 1 else {
        throw RuleError(.badTopList, node)
      }
      try define(name, scope)
      try values.define(name.text, isList: true, at: name.node)
      return .list(
        name: name.text,
        count: try scope.check(count.asText(for: .key(name.text)), expecting: .number()))
    }
    let text = try node.asText(for: .item(of: "top"))
    let name = try valueName(text, scope)
    if name.name == ValueName.tops {
      values.makesTops()
    } else {
      try define(RuleText(text: name.name, node: node), scope)
      try values.define(name.name, isList: name.index != nil, at: node)
    }
    return .single(name)
  }

  /// Throws for a definition that has both operators and layers; Identity, which gives a value another name, goes with both.
  func rejectMixture(_ steps: [DefinitionStep], _ maps: [YAMLMap]) throws {
    guard steps.contains(where: { !$0.layers.isEmpty }),
      let place = zip(steps, maps).first(where: { $0.0.operators.contains { !$0.isIdentity } })?.1
    else { return }
    throw RuleError(.mixedMeaning, place.node)
  }
}
