import JSON
import RuleModel
import YAML

/// The JSON Schema of rule files, for editors and validators.
///
/// Made of the tables that the checker reads by: keys from `RuleGrammar`, kernels from their signatures. It holds what can
/// be said without reading expressions; `caffold rules check` says the rest.
package struct RuleSchema {
  private let kernels: [KernelSignature]
  private let reasons: [String]

  /// Makes the schema of what rules may call, and of the refusals that their tests may expect.
  package init(kernels: [KernelSignature], reasons: [String]) {
    self.kernels = kernels
    self.reasons = reasons
  }

  /// The document, draft 07: the newest that yaml-language-server knows in full.
  package var document: JSONValue {
    guard case .object(let members) = schema(of: RuleGrammar.file) else { return .null }
    return .object(
      [
        ("$schema", "http://json-schema.org/draft-07/schema#"),
        ("title", "caffold rule file"),
      ] + members + [("definitions", definitions)])
  }

  /// The JSON Schema of another YAML file whose keys are texts, numbers and lists of them.
  package func document(of shape: RuleShape) -> JSONValue {
    guard case .object(let members) = schema(of: shape) else { return .null }
    return .object(
      [
        ("$schema", "http://json-schema.org/draft-07/schema#"),
        ("title", .string("caffold \(shape.name)")),
      ] + members + [
        (
          "definitions",
          .object([
            ("text", Self.text), ("texts", Self.oneOrList(Self.reference("text"))),
            ("parameterValue", Self.parameterValue),
          ])
        )
      ])
  }

  // YAML takes an expression like `1` or `true` for a number or a boolean, and a type named `null` for nothing.
  private static var text: JSONValue { ["type": ["string", "number", "boolean"]] }

  /// A value, a list of values, or values by name.
  private static var parameterValue: JSONValue {
    [
      "anyOf": [
        oneOrList(reference("text")), ["type": "object", "additionalProperties": reference("text")],
      ]
    ]
  }

  private var definitions: JSONValue {
    .object([
      ("text", Self.text),
      ("texts", Self.oneOrList(Self.reference("text"))),
      ("expression", ["type": ["string", "number", "boolean"]]),
      ("expressions", Self.oneOrList(Self.reference("expression"))),
      ("id", ["type": "string", "pattern": "^[a-z][a-z0-9-]*$"]),
      ("rule", rule),
      ("parameter", parameter),
      ("parameterValue", Self.parameterValue),
      ("layout", layout),
      ("definition", definition),
      ("operator", operatorStep),
      ("definitionLayer", definitionLayer),
      ("capture", schema(of: RuleGrammar.capture)),
      ("bottomReference", ["type": "string"]),
      ("bottomList", ["type": "array", "items": Self.reference("bottomReference")]),
      (
        "bottoms",
        [
          "anyOf": .array(
            [Self.reference("bottomReference"), Self.reference("bottomList")]
              + RuleGrammar.bottom.keys.map { mapping([$0], required: [$0.name]) })
        ]
      ),
      ("times", ["type": "string", "pattern": "^[0-9]+\\.\\.[0-9]+$"]),
      ("repetition", ["anyOf": [Self.reference("times"), schema(of: RuleGrammar.repetition)]]),
      ("transform", transform),
      ("rewrite", rewrite),
      ("report", schema(of: RuleGrammar.report)),
      ("target", schema(of: RuleGrammar.target)),
      ("targetTypes", schema(of: RuleGrammar.targetTypes)),
      ("targetOperators", schema(of: RuleGrammar.targetOperators)),
      ("targetFields", schema(of: RuleGrammar.targetFields)),
      ("targetLimits", schema(of: RuleGrammar.targetLimits)),
      ("template", template(RuleGrammar.template, placed: false)),
      ("insertion", template(RuleGrammar.insertion, placed: true)),
      ("top", ["anyOf": [["type": "string"], schema(of: RuleGrammar.newTop)]]),
      ("fields", ["type": "object", "additionalProperties": Self.reference("field")]),
      ("fieldValue", ["anyOf": [["type": ["string", "number", "boolean"]], Self.reference("fields")]]),
      ("field", Self.oneOrList(Self.reference("fieldValue"))),
      ("test", schema(of: RuleGrammar.test)),
      (RuleGrammar.definitionTest.name, schema(of: RuleGrammar.definitionTest)),
      (
        "expectation",
        [
          "anyOf": .array(
            [["enum": .array(RuleGrammar.expectedWords.map(JSONValue.string))]]
              + RuleGrammar.expectation.keys.map { mapping([$0], required: [$0.name]) })
        ]
      ),
      ("refusal", schema(of: RuleGrammar.refusal)),
      ("reported", schema(of: RuleGrammar.reported)),
      ("reason", ["enum": .array(reasons.map(JSONValue.string))]),
    ])
  }

  // MARK: - Mappings

  private func schema(of shape: RuleShape) -> JSONValue {
    mapping(shape.keys, required: shape.keys.filter(\.isRequired).map(\.name))
  }

  private func mapping(_ keys: [RuleKey], required: [String]) -> JSONValue {
    Self.object(keys.map { ($0.name, described(schema(of: $0.value), $0.summary)) }, required: required)
  }

  /// One alternative per kernel, chosen by its name, so that a wrong argument is reported as such and not as no kernel.
  private var transform: JSONValue {
    let calls: [JSONValue] = kernels.map { kernel in
      let name: (String, JSONValue) = (
        "kernel", .object([("const", .string(kernel.name)), ("description", .string(kernel.summary))])
      )
      let parameters = kernel.parameters.map { parameter in
        (parameter.name, described(schema(of: parameter.kind), parameter.summary))
      }
      let when = (
        RuleGrammar.when.name, described(schema(of: RuleGrammar.when.value), RuleGrammar.when.summary)
      )
      let required = kernel.parameters.filter(\.isRequired).map(\.name)
      return .object([
        ("if", ["required": ["kernel"], "properties": ["kernel": ["const": .string(kernel.name)]]]),
        ("then", Self.object([name] + parameters + [when], required: ["kernel"] + required)),
      ])
    }
    let names = kernels.map { JSONValue.string($0.name) }
    return .object([
      ("type", "object"),
      ("properties", ["kernel": ["enum": .array(names)]]),
      (
        "allOf",
        .array(
          calls + [
            .object([("if", ["not": ["required": ["kernel"]]]), ("then", schema(of: RuleGrammar.assignment))])
          ])
      ),
    ])
  }

  /// A rule rewrites or reports; one that reports has no key that says how to rewrite.
  private var rule: JSONValue {
    guard case .object(let members) = schema(of: RuleGrammar.rule) else { return .null }
    let rewriting = UncheckedRule.rewritingKeys.map { JSONValue.object([("required", [.string($0)])]) }
    return .object(
      members + [
        (
          "oneOf",
          [
            ["required": ["rewrite"]],
            .object([("required", ["report"]), ("not", ["anyOf": .array(rewriting)])]),
          ]
        )
      ])
  }

  /// A layout reads blobs or parameters.
  private var layout: JSONValue {
    guard case .object(let members) = schema(of: RuleGrammar.layout) else { return .null }
    let sources = ["blobs", "scale", "shift"].map { JSONValue.object([("required", [.string($0)])]) }
    return .object(members + [("anyOf", .array(sources))])
  }

  /// A layer type is a constant, or has operators.
  private var definition: JSONValue {
    guard case .object(let members) = schema(of: RuleGrammar.definition) else { return .null }
    let kinds = ["constant", "means"].map { JSONValue.object([("required", [.string($0)])]) }
    return .object(members + [("oneOf", .array(kinds))])
  }

  /// An operator: besides its own keys it has ONNX's attributes.
  private var operatorStep: JSONValue {
    let input: JSONValue = [
      "anyOf": [
        ["type": ["string", "null"]],
        .object([
          ("type", "object"),
          (
            "properties",
            .object(
              ConstantKind.allCases.map { ($0.rawValue, Self.oneOrList(Self.reference("expression"))) }
                + [(RuleGrammar.when.name, Self.reference("expression"))])
          ),
          ("additionalProperties", false),
        ]),
      ]
    ]
    let keys = RuleGrammar.operatorStep.keys.map { key in
      (key.name, described(key.name == "input" ? Self.oneOrList(input) : schema(of: key.value), key.summary))
    }
    return .object([
      ("type", "object"), ("properties", .object(keys)),
      ("anyOf", [["required": ["op"]], ["required": ["each", "means"]]]),
      ("additionalProperties", Self.oneOrList(Self.reference("expression"))),
    ])
  }

  /// A layer of a definition: besides its own keys it has its fields.
  private var definitionLayer: JSONValue {
    .object([
      ("type", "object"),
      (
        "properties",
        .object(
          RuleGrammar.definitionLayer.keys.map {
            ($0.name, described(schema(of: $0.value), $0.summary))
          })
      ),
      ("required", ["type"]), ("additionalProperties", Self.reference("field")),
    ])
  }

  /// A parameter has a type or its words.
  private var parameter: JSONValue {
    guard case .object(let members) = schema(of: RuleGrammar.parameter) else { return .null }
    let kinds = RuleGrammar.parameterKinds.map { JSONValue.object([("required", [.string($0)])]) }
    return .object(members + [("oneOf", .array(kinds))])
  }

  private var rewrite: JSONValue {
    guard case .object(let members) = schema(of: RuleGrammar.rewrite) else { return .null }
    return .object(members + [("dependencies", ["replace": ["with"], "with": ["replace"]])])
  }

  /// A new layer: besides its own keys it has the fields of Caffe's LayerParameter, messages as mappings.
  private func template(_ shape: RuleShape, placed: Bool) -> JSONValue {
    let kinds: [JSONValue] = ["type", "like"].map { ["required": [.string($0)]] }
    let places: [JSONValue] = ["after", "before"].map { ["required": [.string($0)]] }
    return .object([
      ("type", "object"),
      (
        "properties",
        .object(shape.keys.map { ($0.name, described(schema(of: $0.value), $0.summary)) })
      ),
      (
        "allOf",
        .array([["anyOf": .array(kinds)]] + (placed ? [["oneOf": .array(places)]] : []))
      ),
      ("additionalProperties", Self.reference("field")),
    ])
  }

  // MARK: - Values

  private func schema(of value: RuleKey.Value) -> JSONValue {
    switch value {
    case .version: ["const": .integer(RuleGrammar.version)]
    case .id: Self.reference("id")
    case .integer: ["type": "integer"]
    case .number: ["type": "number"]
    case .boolean: ["type": "boolean"]
    case .string: ["type": "string"]
    case .text: Self.reference("text")
    case .texts: Self.reference("texts")
    case .words(let words): Self.words(words)
    case .wordList(let words): Self.oneOrList(Self.words(words))
    case .expression: Self.reference("expression")
    case .expressions: Self.reference("expressions")
    case .conditions:
      Self.oneOrList(["anyOf": [Self.reference("expression"), schema(of: RuleGrammar.condition)]])
    case .field: Self.reference("field")
    // Editors that read YAML 1.1 take 'on' and 'off' for booleans.
    case .switch: ["enum": ["on", "off", true, false]]
    case .namedTensors:
      .object([("type", "object"), ("additionalProperties", schema(of: .tensors))])
    case .bottomItems:
      Self.oneOrList(["anyOf": [["type": "string"], schema(of: RuleGrammar.conditionalValue)]])
    case .templateBlobs:
      Self.oneOrList(["anyOf": [Self.reference("expression"), schema(of: RuleGrammar.conditionalValue)]])
    case .namedExpressions: Self.named(Self.reference("expression"))
    case .shape(let shape): Self.reference(shape.name)
    case .shapes(let shape): ["type": "array", "items": Self.reference(shape.name)]
    case .named(let shape):
      Self.named(Self.reference(shape.name), isEmptyAllowed: false)
    case .times: Self.reference("times")
    case .repetition: Self.reference("repetition")
    case .bottoms: Self.reference("bottoms")
    case .bottomReference: Self.reference("bottomReference")
    case .bottomList: Self.reference("bottomList")
    case .transforms: ["type": "array", "items": Self.reference("transform")]
    case .operators:
      [
        "type": "array",
        "items": ["anyOf": [Self.reference("operator"), Self.reference("definitionLayer")]],
      ]
    case .tensors:
      Self.oneOrList(["anyOf": [Self.reference("expression"), ["type": "array"]]])
    case .templates: Self.oneOrList(Self.reference("template"))
    case .insertions: Self.oneOrList(Self.reference("insertion"))
    case .namedTexts: Self.named(Self.reference("text"), names: "^[A-Za-z_][A-Za-z0-9_]*(\\.tops)?$")
    case .namedTextLists:
      .object([
        ("type", "object"), ("propertyNames", ["pattern": "^[a-z][a-z0-9-]*$"]),
        ("additionalProperties", Self.reference("texts")),
      ])
    case .values: Self.oneOrList(["type": "string"])
    case .namedConnections:
      Self.named([
        "anyOf": [schema(of: .bottomItems), schema(of: RuleGrammar.connection)]
      ])
    case .tops: Self.oneOrList(Self.reference("top"))
    case .topNames:
      Self.oneOrList(["anyOf": [Self.reference("text"), Self.named(Self.reference("expression"))]])
    case .parameterValue: Self.reference("parameterValue")
    case .parameterValues:
      .object([
        ("type", "object"),
        ("propertyNames", ["pattern": "^([a-z][a-z0-9-]*\\.)?[A-Za-z_][A-Za-z0-9_]*$"]),
        ("additionalProperties", Self.reference("parameterValue")),
      ])
    case .namedParameterValues: Self.named(Self.reference("parameterValue"))
    case .expectation: Self.reference("expectation")
    case .refusalCode: Self.reference("reason")
    }
  }

  private func schema(of kind: KernelSignature.Kind) -> JSONValue {
    switch kind {
    case .layer: ["type": "string"]
    case .vector: Self.reference("expression")
    }
  }

  /// The description goes beside a schema, except beside a reference, where draft 07 ignores it.
  private func described(_ schema: JSONValue, _ summary: String) -> JSONValue {
    guard case .object(let members) = schema else { return schema }
    if members.contains(where: { $0.0 == "$ref" }) {
      return .object([("description", .string(summary)), ("allOf", [schema])])
    }
    return .object([("description", .string(summary))] + members)
  }

  private static func object(_ properties: [(String, JSONValue)], required: [String]) -> JSONValue {
    .object(
      [
        ("type", "object"), ("properties", .object(properties)), ("additionalProperties", false),
      ] + (required.isEmpty ? [] : [("required", .array(required.map(JSONValue.string)))]))
  }

  private static func named(
    _ value: JSONValue, isEmptyAllowed: Bool = true, names: String = "^[A-Za-z_][A-Za-z0-9_]*$"
  ) -> JSONValue {
    .object(
      [
        ("type", "object"), ("propertyNames", ["pattern": .string(names)]),
        ("additionalProperties", value),
      ] + (isEmptyAllowed ? [] : [("minProperties", 1)]))
  }

  private static func words(_ words: [String]) -> JSONValue { ["enum": .array(words.map(JSONValue.string))] }

  private static func oneOrList(_ item: JSONValue) -> JSONValue {
    ["anyOf": [item, ["type": "array", "items": item]]]
  }

  private static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/definitions/\(name)")] }
}
