import Diagnostics
import RuleModel
import YAML

/// Makes checked definitions of decoded ones: steps, attributes, values and expressions, all before any net is read.
struct DefinitionChecker {
  let source: SourceText
  let operators: [OperatorForm]
  let isBuiltin: Bool
  let context: RuleContext

  /// How many operators or layers a definition writes down at most.
  static let stepLimit = 512

  /// The checked definition.
  func check(_ definition: UncheckedDefinition) throws -> TypeDefinition {
    var scope = RuleScope(layer: "layer", context)
    var values = DefinedValues()
    for name in definition.bottoms {
      try define(name, scope)
      try values.define(name.text, isList: false, at: name.node)
    }
    if definition.bottoms.isEmpty { try values.define("x", isList: false, at: definition.node) }
    var lets: [Let] = []
    for (name, text) in definition.lets {
      let checked = try scope.check(text)
      try scope.define(name, as: checked.type)
      lets.append(Let(name: name.text, expression: checked))
    }
    let conditions = try definition.conditions.map { try scope.check($0) }
    var count = 0
    let steps = try check(definition.steps, scope, &values, &count, isInGroup: false)
    try rejectMixture(steps, definition.steps)
    return TypeDefinition(
      types: definition.types.map(\.text), summary: definition.summary,
      bottoms: definition.bottoms.isEmpty ? ["x"] : definition.bottoms.map(\.text),
      conditions: conditions, lets: lets, steps: steps, isConstant: definition.isConstant,
      varyingAxis: definition.varyingAxis, ignoredFields: try definition.ignores.map(paths),
      tests: try DefinitionTestChecker(source: source, context: context).check(definition.tests),
      place: source.place(at: definition.node.offset),
      isBuiltin: isBuiltin)
  }

  func define(_ name: RuleText, _ scope: RuleScope) throws {
    guard PatternChecker.isName(name.text) else { throw RuleError(.badCaptureName(name.text), name.node) }
    if scope.names.contains(name.text) { throw RuleError(.repeatedName(name.text), name.node) }
  }

  /// The paths of fields.
  private func paths(_ texts: [RuleText]) throws -> [[String]] {
    var seen: Set<String> = []
    return try texts.map { text in
      let names = text.text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard names.allSatisfy(PatternChecker.isName) else { throw RuleError(.badPath(text.text), text.node) }
      guard seen.insert(text.text).inserted else {
        throw RuleError(.namedTwice(text.text, under: "ignores"), text.node)
      }
      return names
    }
  }

  // MARK: - Steps

  private func check(
    _ maps: [YAMLMap], _ scope: RuleScope, _ values: inout DefinedValues, _ count: inout Int, isInGroup: Bool
  ) throws -> [DefinitionStep] {
    var steps: [DefinitionStep] = []
    for (index, map) in maps.enumerated() {
      count += 1
      guard count <= Self.stepLimit else {
        throw RuleError(.tooMany(count, of: "operators", limit: Self.stepLimit), map.node)
      }
      let isLast = !isInGroup && index == maps.count - 1
      guard let each = try map.map("each", as: "each") else {
        steps.append(try step(map, scope, &values, follows: steps.last?.lastOutput, isLast: isLast))
        continue
      }
      guard !isInGroup else { throw RuleError(.nestedEach, each.node) }
      steps.append(
        .repeated(try group(map, each, scope, &values, &count, follows: steps.last, isLast: isLast)))
    }
    return steps
  }

  /// One step, or those under `means`, several times.
  private func group(
    _ map: YAMLMap, _ each: YAMLMap, _ outer: RuleScope, _ values: inout DefinedValues, _ count: inout Int,
    follows previous: DefinitionStep?, isLast: Bool
  ) throws -> StepGroup {
    guard let (variable, times) = each.texts.first, each.keys.count == 1 else {
      throw RuleError(.badRepetition, each.node)
    }
    var scope = outer
    let number = try scope.check(times.asText(for: .key(variable.text)), expecting: .number())
    try scope.define(variable, as: .number())
    let place = source.place(at: map.node.offset)
    values.beginGroup()
    defer { values.endGroup() }
    guard map.value("means") != nil else {
      let single = try step(map, scope, &values, follows: previous?.lastOutput, isLast: isLast)
      return StepGroup(name: variable.text, count: number, condition: nil, steps: [single], place: place)
    }
    try map.rejectUnknownKeys(allowed: ["each", "when", "means"])
    let condition = try map.text("when").map { try scope.check($0, expecting: .boolean) }
    let steps = try check(
      try map.maps("means", as: RuleGrammar.operatorStep.name), scope, &values, &count, isInGroup: true)
    return StepGroup(name: variable.text, count: number, condition: condition, steps: steps, place: place)
  }

  /// One operator or one Caffe layer.
  private func step(
    _ map: YAMLMap, _ scope: RuleScope, _ values: inout DefinedValues, follows previous: ValueName?,
    isLast: Bool
  ) throws -> DefinitionStep {
    guard map.value("type") != nil else {
      return .single(try operatorStep(map, scope, &values, follows: previous, isLast: isLast))
    }
    return .layer(try layerStep(map, scope, &values, follows: previous, isLast: isLast))
  }

  // MARK: - One operator

  private func operatorStep(
    _ map: YAMLMap, _ scope: RuleScope, _ values: inout DefinedValues, follows previous: ValueName?,
    isLast: Bool
  ) throws -> OperatorStep {
    let name = try map.requiredText("op")
    guard let form = operators.first(where: { $0.name == name.text }) else {
      throw RuleError(.unknownOperator(name.text, known: operators.map(\.name)), name.node)
    }
    let inputs = try inputs(of: map, form, scope, values, follows: previous)
    let outputs = try outputs(of: map, form, scope, &values, isLast: isLast)
    var attributes: [OperatorAttributeValue] = []
    for (key, value) in map.texts where !RuleGrammar.operatorStep.names.contains(key.text) {
      guard let kind = form.attributes[key.text] else {
        throw RuleError(
          .unknownAttribute(
            key.text, operator: form.name,
            known: form.attributes.keys.sorted() + RuleGrammar.operatorStep.names), key.node)
      }
      attributes.append(try attribute(key, value, kind, scope))
    }
    return OperatorStep(
      name: form.name, inputs: inputs, outputs: outputs, attributes: attributes,
      condition: try map.text("when").map { try scope.check($0, expecting: .boolean) },
      place: source.place(at: map.node.offset))
  }

  private func inputs(
    of map: YAMLMap, _ form: OperatorForm, _ scope: RuleScope, _ values: DefinedValues,
    follows previous: ValueName?
  ) throws -> [StepInput] {
    guard let node = map.value("input") else {
      // The first operator reads the first bottom, others what the one before has made.
      guard form.inputs.lowerBound > 0 else { return [] }
      let place = source.place(at: map.node.offset)
      let name = previous ?? ValueName(name: values.first, index: nil, place: place)
      guard form.inputs.contains(1) else {
        throw RuleError(.inputCount(1, operator: form.name, form.inputs), map.node)
      }
      return [.value(name)]
    }
    let inputs = try RewriteSectionChecker.items(node).map { try input($0, scope, values) }
    let hasLists = inputs.contains { if case .value(let name) = $0 { values.spreads(name) } else { false } }
    guard hasLists || form.inputs.contains(inputs.count) else {
      throw RuleError(.inputCount(inputs.count, operator: form.name, form.inputs), node)
    }
    return inputs
  }

  private func input(_ node: YAMLNode, _ scope: RuleScope, _ values: DefinedValues) throws -> StepInput {
    if node.isNull { return .absent }
    guard case .mapping = node.content else {
      let text = try node.asText(for: .item(of: "input"))
      let name = try valueName(text, scope)
      try values.check(name, at: text.node)
      return .value(name)
    }
    let map = try YAMLMap(node, as: "constant")
    let kinds = map.texts.filter { $0.key.text != RuleGrammar.when.name }
    guard let (key, value) = kinds.first, kinds.count == 1 else { throw RuleError(.badConstant, node) }
    guard let kind = ConstantKind(rawValue: key.text) else {
      throw RuleError(
        .unknownWord(key.text, for: "a constant", allowed: ConstantKind.allCases.map(\.rawValue)), key.node)
    }
    let condition = try map.text(RuleGrammar.when.name).map { try scope.check($0, expecting: .boolean) }
    return .constant(kind, try scope.check(literal(value, of: key)), condition: condition)
  }

  private func outputs(
    of map: YAMLMap, _ form: OperatorForm, _ scope: RuleScope, _ values: inout DefinedValues,
    isLast: Bool
  ) throws -> [ValueName] {
    let place = source.place(at: map.node.offset)
    guard let node = map.value("output") else {
      if isLast { return [ValueName(name: ValueName.tops, index: nil, place: place)] }
      let name = values.freshName()
      try values.define(name, isList: false, at: map.node)
      return [ValueName(name: name, index: nil, place: place)]
    }
    return try RewriteSectionChecker.items(node).map { node in
      let text = try node.asText(for: .item(of: "output"))
      let name = try valueName(text, scope)
      if name.name == ValueName.tops {
        values.makesTops()
      } else {
        try define(RuleText(text: name.name, node: node), scope)
        try values.define(name.name, isList: name.index != nil, at: node)
      }
      return name
    }
  }

  /// `x`, `part[i]`.
  func valueName(_ text: RuleText, _ scope: RuleScope) throws -> ValueName {
    let written = text.text
    guard let open = written.firstIndex(of: "["), written.hasSuffix("]") else {
      return ValueName(name: written, index: nil, place: text.node.place)
    }
    let index = String(written[written.index(after: open)...].dropLast())
    return ValueName(
      name: String(written[..<open]),
      index: try scope.check(RuleText(text: index, node: text.node), expecting: .number()),
      place: text.node.place)
  }

  // MARK: - Attributes

  private func attribute(
    _ key: RuleText, _ node: YAMLNode, _ kind: OperatorForm.AttributeKind, _ scope: RuleScope
  ) throws -> OperatorAttributeValue {
    guard kind == .string else {
      return OperatorAttributeValue(
        name: key.text, kind: kind, value: .computed(try scope.check(literal(node, of: key))))
    }
    let text = try node.asText(for: .key(key.text))
    let value: OperatorAttributeValue.Value
    switch try FieldChecker(scope: scope).text(text) {
    case .string(let plain): value = .text([.text(plain)])
    case .computed(let expression): value = .computed(expression)
    case .text(let parts): value = .text(parts)
    default: throw RuleError(.badParameter(key.text, found: YAMLDescription(node)), node)
    }
    return OperatorAttributeValue(name: key.text, kind: kind, value: value)
  }

  /// The text of an expression; a list in YAML is one in the language of expressions.
  private func literal(_ node: YAMLNode, of key: RuleText) throws -> RuleText {
    guard let items = node.sequence else { return try node.asText(for: .key(key.text)) }
    let texts = try items.map { try $0.asText(for: .item(of: key.text)).text }
    return RuleText(text: "[\(texts.joined(separator: ", "))]", node: node)
  }
}

extension DefinitionStep {
  /// What a step behind this one reads that does not name it: the first value that the last operator or layer makes.
  fileprivate var lastOutput: ValueName? {
    switch self {
    case .single(let step): return step.outputs.first
    case .layer(let step):
      switch step.tops.first {
      case .single(let name): return name
      case .list(let name, _): return ValueName(name: name, index: nil, place: step.place)
      case nil: return nil
      }
    case .repeated(let group): return group.steps.last?.lastOutput
    }
  }
}
