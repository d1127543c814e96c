import CaffeIO
import Diagnostics
import Engine
import Layers
import OnnxIO
import Operators
import RuleModel
import Tensors

/// Makes the operators of one layer, as the definition of its type says.
package struct LayerLowering {
  /// The most operators that one layer may become.
  static let limit = 100_000

  private let definition: TypeDefinition
  private let subject: LayerSubject
  private let expressions: LayerExpressions
  private let opset: Int
  /// What the nodes and the values within the layer are called after.
  private let prefix: String
  private let tops: [String]
  private let names: ValueNames
  /// The names that the values of the definition have in the graph.
  private var values = StepValues<String>()
  private var lowered = LoweredLayer()

  /// Begins with a layer.
  ///
  /// - Parameters:
  ///   - bottoms: the names of what it reads.
  ///   - tops: the names that its tops are to have.
  ///   - prefix: the layer's name in the graph.
  ///   - names: gives values and constants names that nothing else has.
  package init(
    _ definition: TypeDefinition, _ layer: LayerID, of net: WorkingNet, bottoms: [String], tops: [String],
    prefix: String, opset: Int, names: ValueNames
  ) {
    self.definition = definition
    subject = LayerSubject(name: net.graph[layer].name, type: net.graph[layer].type)
    expressions = LayerExpressions(net, layer: layer, lets: definition.lets)
    self.opset = opset
    self.prefix = prefix
    self.tops = tops
    self.names = names
    for (place, bottom) in bottoms.enumerated() { values[ValueName.bottoms, place] = bottom }
    for (name, bottom) in zip(definition.bottoms, bottoms) { values[name, 0] = bottom }
  }

  /// The operators.
  package mutating func lower() throws -> LoweredLayer {
    for condition in definition.conditions where try !truth(of: condition.expression) {
      let why = condition.explanation ?? "'\(condition.expression.text)' does not hold"
      throw LoweringError(subject, .condition(why))
    }
    for step in definition.steps {
      switch step {
      case .single(let step): try add(step)
      // A net is rid of the layers that definitions in layers describe before it is lowered.
      case .layer: break
      case .repeated(let group): try add(group)
      }
    }
    for index in tops.indices {
      guard let name = values[ValueName.tops, index] else {
        throw LoweringError(subject, .missingValue("\(ValueName.tops)[\(index)]"), at: definition.place)
      }
      lowered.tops.append(name)
    }
    nameTops()
    return lowered
  }

  /// Gives tops that operators of this layer have made under other names the names that they are to have.
  private mutating func nameTops() {
    let inner = Set(lowered.nodes.flatMap(\.outputs))
    var renamed: [String: String] = [:]
    for (index, name) in lowered.tops.enumerated() where inner.contains(name) && !tops.contains(name) {
      guard renamed[name] == nil else { continue }
      renamed[name] = tops[index]
    }
    guard !renamed.isEmpty else { return }
    for index in lowered.nodes.indices {
      lowered.nodes[index].inputs = lowered.nodes[index].inputs.map { renamed[$0] ?? $0 }
      lowered.nodes[index].outputs = lowered.nodes[index].outputs.map { renamed[$0] ?? $0 }
    }
    lowered.tops = lowered.tops.map { renamed[$0] ?? $0 }
  }

  // MARK: - Operators

  private mutating func add(_ group: StepGroup) throws {
    if let condition = group.condition, try !truth(of: condition) { return }
    defer { values.begin(nil) }
    let count = max(0, try integer(group.count, "'each'"))
    guard count <= Self.limit else {
      throw LoweringError(subject, .tooManyOperators(limit: Self.limit), at: group.place)
    }
    for number in 0..<count {
      expressions.set(group.name, to: number)
      values.begin(number)
      for step in group.steps { for step in step.operators { try add(step) } }
    }
  }

  private mutating func add(_ step: OperatorStep) throws {
    if let condition = step.condition, try !truth(of: condition) { return }
    guard lowered.nodes.count < Self.limit else {
      throw LoweringError(subject, .tooManyOperators(limit: Self.limit), at: step.place)
    }
    var inputs: [String] = []
    for input in step.inputs {
      switch input {
      case .absent: inputs.append("")
      case .value(let name): inputs += try names(of: name, at: step.place)
      case .constant(let kind, let expression, let condition):
        if let condition, try !truth(of: condition) {
          inputs.append("")
        } else {
          inputs.append(try constant(kind, expression, of: step))
        }
      }
    }
    while inputs.last == "" { inputs.removeLast() }
    // A value under another name is no operator.
    if step.isIdentity, let input = inputs.first, let output = step.outputs.first {
      try define(output, as: input, at: step.place)
      return
    }
    var outputs: [String] = []
    for output in step.outputs {
      for (place, name) in try newNames(of: output, at: step.place) {
        values[output.name, place] = name
        outputs.append(name)
      }
    }
    var node = OnnxNode(
      name: lowered.nodes.isEmpty ? prefix : "\(prefix)/\(step.name)_\(lowered.nodes.count)",
      type: step.name, inputs: inputs, outputs: outputs,
      attributes: try step.attributes.map { try attribute($0, of: step) })
    try adapt(&node, at: step.place)
    lowered.nodes.append(node)
  }

  /// Writes a node as the operator set has it: inputs that were attributes before.
  private mutating func adapt(_ node: inout OnnxNode, at place: SourcePlace) throws {
    guard let signature = OperatorRegistry.signature(of: node.type) else { return }
    for (index, input) in node.inputs.enumerated().reversed() where !input.isEmpty {
      let position = min(index, signature.inputs.count - 1)
      guard position >= 0, !signature.inputs[position].opsets.contains(opset) else { continue }
      let name = signature.inputs[position].name
      guard let field = signature.attributes.first(where: { $0.name == name && $0.opsets.contains(opset) }),
        let constant = lowered.constants.first(where: { $0.name == input }),
        case .held(let tensor) = constant.numbers, field.kind == .ints
      else {
        throw LoweringError(subject, .notInOpset(operator: node.type, what: name, opset: opset), at: place)
      }
      node.attributes.append(OnnxNamedAttribute(name, .ints(tensor.numbers(of: Int64.self))))
      node.inputs.removeSubrange(index...)
      lowered.constants.removeAll { $0.name == input }
    }
    for attribute in node.attributes
    where !signature.attributes.contains(where: { $0.name == attribute.name && $0.opsets.contains(opset) }) {
      throw LoweringError(
        subject, .notInOpset(operator: node.type, what: attribute.name, opset: opset), at: place)
    }
  }

  // MARK: - Values

  /// The values that a name stands for: one, or all of a list.
  private func names(of name: ValueName, at place: SourcePlace) throws -> [String] {
    let index = try name.index.map { try integer($0, "the index of '\(name.name)'") }
    do {
      return try values.values(of: name.name, at: index)
    } catch {
      switch error {
      case .missing(let name): throw LoweringError(subject, .missingValue(name), at: place)
      case .badIndex(let name, let index, let count):
        throw LoweringError(subject, .badIndex(name, index: index, count: count), at: place)
      }
    }
  }

  /// The place of what an operator makes in the list of that name.
  private mutating func listPlace(of name: ValueName) throws -> Int {
    values.place(of: name.name, at: try name.index.map { try integer($0, "the index of '\(name.name)'") })
  }

  /// The names in the graph for what an operator makes.
  private mutating func newNames(of name: ValueName, at place: SourcePlace) throws -> [(Int, String)] {
    if name.name == ValueName.tops {
      guard let index = name.index else { return tops.enumerated().map { ($0, $1) } }
      let wanted = try integer(index, "the index of '\(name.name)'")
      guard tops.indices.contains(wanted) else {
        throw LoweringError(subject, .badIndex(name.name, index: wanted, count: tops.count), at: place)
      }
      return [(wanted, tops[wanted])]
    }
    let index = try listPlace(of: name)
    let own = name.name.hasPrefix("_") ? "value\(name.name)" : name.name
    let isOnly = name.index == nil && !values.isRepeating
    return [(index, names.unique(isOnly ? "\(prefix)/\(own)" : "\(prefix)/\(own)_\(index)"))]
  }

  private mutating func define(_ name: ValueName, as value: String, at place: SourcePlace) throws {
    guard name.name == ValueName.tops, name.index == nil else {
      let index = try listPlace(of: name)
      values[name.name, index] = value
      return
    }
    for index in tops.indices { values[name.name, index] = value }
  }

  // MARK: - Expressions

  private func value(of expression: CheckedExpression) throws -> ExpressionValue {
    do {
      guard let value = try expressions.value(of: expression) else {
        throw LoweringError(subject, .noWeights)
      }
      return value
    } catch let reason as Refusal.Reason {
      throw LoweringError(subject, .expression(reason.sentence()))
    }
  }

  private func truth(of condition: CheckedExpression) throws -> Bool {
    do {
      guard let truth = try expressions.truth(of: condition) else { throw LoweringError(subject, .noWeights) }
      return truth
    } catch let reason as Refusal.Reason {
      throw LoweringError(subject, .expression(reason.sentence()))
    }
  }

  private func integer(
    _ expression: CheckedExpression, _ what: String, of step: OperatorStep? = nil
  ) throws -> Int {
    let value = try value(of: expression)
    guard let number = value.number, let integer = Int(exactly: number), integer.magnitude < 1 << 31 else {
      throw wrong(value, what, step?.name, "a whole number", expression)
    }
    return integer
  }

  private func wrong(
    _ value: ExpressionValue, _ what: String, _ name: String?, _ wanted: String,
    _ expression: CheckedExpression
  ) -> LoweringError {
    let found = value.number.map { "\($0)" } ?? value.type.phrase
    return LoweringError(
      subject, .wrongValue(of: what, operator: name, found: found, wanted: wanted), at: expression.node.place)
  }

  private mutating func constant(
    _ kind: ConstantKind, _ expression: CheckedExpression, of step: OperatorStep
  ) throws -> String {
    let value = try value(of: expression)
    let name = names.unique("\(prefix).\(lowered.constants.count)")
    let constant: LoweredConstant
    switch kind {
    case .floats:
      guard let tensor = value.lazyTensor else {
        throw wrong(value, "floats", step.name, "numbers", expression)
      }
      constant = LoweredConstant(
        name: name, shape: tensor.shape, numbers: tensor.blob.map { .blob($0) } ?? .computed(tensor))
    case .ints:
      let tensor = try held(value, "ints", step.name, expression)
      constant = LoweredConstant(
        name: name, shape: tensor.shape,
        numbers: .held(
          OnnxTensor(try integers(tensor, value, "ints", step.name, expression), shape: tensor.shape)))
    case .bools:
      let tensor = try held(value, "bools", step.name, expression)
      constant = LoweredConstant(
        name: name, shape: tensor.shape,
        numbers: .held(
          OnnxTensor(
            elementType: OnnxElementType.bool, shape: tensor.shape,
            bytes: tensor.values.map { $0 == 0 ? 0 : 1 })))
    }
    lowered.constants.append(constant)
    return name
  }

  private func held(
    _ value: ExpressionValue, _ what: String, _ name: String, _ expression: CheckedExpression
  ) throws -> Tensor {
    if case .boolean(let truth) = value { return Tensor(shape: [], values: [truth ? 1 : 0]) }
    guard let tensor = try value.lazyTensor?.held() else {
      throw wrong(value, what, name, "numbers", expression)
    }
    return tensor
  }

  private func integers(
    _ tensor: Tensor, _ value: ExpressionValue, _ what: String, _ name: String,
    _ expression: CheckedExpression
  ) throws -> [Int64] {
    try tensor.values.map { number in
      guard let integer = Int64(exactly: number) else {
        throw wrong(.number(number), what, name, "whole numbers", expression)
      }
      return integer
    }
  }

  private func attribute(
    _ attribute: OperatorAttributeValue, of step: OperatorStep
  ) throws -> OnnxNamedAttribute {
    switch attribute.value {
    case .text(let parts):
      let text = try parts.map { part in
        switch part {
        case .text(let text): return text
        case .computed(let expression):
          return try word(try value(of: expression), attribute, step, expression)
        }
      }.joined()
      return OnnxNamedAttribute(attribute.name, .text(text))
    case .computed(let expression):
      let value = try value(of: expression)
      func numbers() throws -> Tensor { try held(value, attribute.name, step.name, expression) }
      func number() throws -> Double {
        let values = try numbers().values
        guard values.count == 1 else {
          throw wrong(value, attribute.name, step.name, "a number", expression)
        }
        return values[0]
      }
      switch attribute.kind {
      case .string:
        return OnnxNamedAttribute(attribute.name, .text(try word(value, attribute, step, expression)))
      case .int:
        guard let integer = Int64(exactly: try number()) else {
          throw wrong(value, attribute.name, step.name, "a whole number", expression)
        }
        return OnnxNamedAttribute(attribute.name, .int(integer))
      case .float: return OnnxNamedAttribute(attribute.name, .float(Float(try number())))
      case .ints:
        return OnnxNamedAttribute(
          attribute.name, .ints(try integers(numbers(), value, attribute.name, step.name, expression)))
      case .floats:
        return OnnxNamedAttribute(attribute.name, .floats(try numbers().values.map { Float($0) }))
      case .tensor:
        let tensor = try numbers()
        return OnnxNamedAttribute(
          attribute.name, .tensor(OnnxTensor(tensor.values.map { Float($0) }, shape: tensor.shape)))
      }
    }
  }

  private func word(
    _ value: ExpressionValue, _ attribute: OperatorAttributeValue, _ step: OperatorStep,
    _ expression: CheckedExpression
  ) throws -> String {
    switch value {
    case .string(let text): return text.description
    case .number(let number): return Int(exactly: number).map { "\($0)" } ?? "\(number)"
    default: throw wrong(value, attribute.name, step.name, "a text", expression)
    }
  }
}
