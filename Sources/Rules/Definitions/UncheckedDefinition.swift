import Diagnostics
import RuleModel
import YAML

/// What a layer type computes, as decoded.
package struct UncheckedDefinition: Sendable {
  let node: YAMLNode
  let types: [RuleText]
  let summary: String
  let bottoms: [RuleText]
  let conditions: [UncheckedCondition]
  let lets: [(name: RuleText, expression: RuleText)]
  let isConstant: Bool
  let varyingAxis: Int?
  let ignores: [RuleText]?
  let steps: [YAMLMap]
  let tests: [YAMLMap]

  init(_ map: YAMLMap) throws {
    try map.rejectUnknownKeys(allowed: RuleGrammar.definition.names)
    node = map.node
    _ = try map.required("type")
    types = try map.textList("type")
    if types.isEmpty { throw RuleError(.emptyList(key: "type"), try map.required("type")) }
    summary = try map.requiredString("summary")
    bottoms = try map.textList("bottoms")
    conditions = try map.conditions("where")
    lets =
      try map.map("let", as: "let")?.texts.map { key, value in
        (key, try value.asText(for: .key(key.text)))
      } ?? []
    isConstant = try map.boolean("constant") ?? false
    varyingAxis = try map.integer("varying")
    ignores = map.value("ignores") == nil ? nil : try map.textList("ignores")
    if isConstant, map.value("means") != nil {
      throw RuleError(.exclusive(["constant", "means"], in: RuleGrammar.definition.name), map.node)
    }
    if !isConstant { _ = try map.required("means") }
    steps = try map.maps("means", as: RuleGrammar.operatorStep.name)
    tests = try map.maps("tests", as: RuleGrammar.definitionTest.name)
  }

  /// Whether it consists of Caffe layers.
  var isInLayers: Bool {
    steps.contains { step in
      step.value("type") != nil
        || ((try? step.maps("means", as: RuleGrammar.operatorStep.name)) ?? []).contains {
          $0.value("type") != nil
        }
    }
  }
}

extension UncheckedDefinition {
  /// Whether it consists of one Caffe layer with the blobs of the layer that is defined: a fold can change these.
  var isOneLayer: Bool {
    guard steps.count == 1, let step = steps.first else { return false }
    return step.value("type") != nil && step.value("each") == nil
      && (try? step.textList("blobs"))?.map(\.text) == [DefinitionChecker.allBlobs]
  }
}

extension TypeList {
  /// The types that definitions describe as one Caffe layer with other parameters, which rules of any file refer to as
  /// `$defined-as-one-layer`.
  static func definedAsOneLayer(_ definitions: [UncheckedDefinition]) -> TypeList {
    let types = definitions.filter(\.isOneLayer).flatMap(\.types).map(\.text)
    return TypeList(name: "defined-as-one-layer", types: types.map { Glob($0) })
  }

  /// The types that definitions in Caffe layers describe, which rules of any file refer to as `$defined-in-layers`.
  static func definedInLayers(_ definitions: [UncheckedDefinition]) -> TypeList {
    let types = definitions.filter(\.isInLayers).flatMap(\.types).map(\.text)
    return TypeList(name: "defined-in-layers", types: types.map { Glob($0) })
  }
}
