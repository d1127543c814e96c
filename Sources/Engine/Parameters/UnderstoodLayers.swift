import CaffeIO
import Diagnostics
import Layers
import RuleModel

// Whether a definition speaks of all that a layer says.

extension WorkingNet {
  /// Why a definition must not be taken for what a layer computes, as a sentence; nil where it may.
  ///
  /// A built-in definition of a type that the executor knows is for layers that the executor understands. Of other types the
  /// definition itself says which fields there are: those that its expressions ask for, and those that it ignores. A user's
  /// definition that lists no ignored fields is for every layer of its type.
  package func misunderstanding(of layer: LayerID, by definition: TypeDefinition) -> String? {
    if definition.isBuiltin, described(layer).facts != nil { return misunderstanding(of: layer) }
    guard definition.isBuiltin || definition.ignoredFields != nil else { return nil }
    let field = writtenParameters(of: layer).first { !isDefault($0) && !definition.explains($0.path) }
    return field.flatMap { field in
      let path = field.path.joined(separator: ".")
      if schema.harmlessFields.contains(path) { return nil }
      let place = graph.place(of: field.path, in: layer) ?? graph.place(of: layer)
      return LayerError(
        subject(layer), .unexplainedField(path: path, place: place?.description ?? "")
      ).diagnostic.sentence
    }
  }

  /// Why the executor does not understand a layer of a type that it knows, as a sentence; nil for one that it understands.
  private func misunderstanding(of layer: LayerID) -> String? {
    let described = described(layer)
    guard !described.isUnderstood else { return nil }
    if let field = described.unexplained.first {
      return LayerError(
        subject(layer), .unexplainedField(path: field.path, place: field.place.description)
      ).diagnostic.sentence
    }
    return described.obstacle?.diagnostic.sentence
  }

  private func subject(_ layer: LayerID) -> LayerSubject {
    LayerSubject(name: graph[layer].name, type: graph[layer].type)
  }

  /// Whether a field says what counts without it.
  private func isDefault(_ parameter: WrittenParameter) -> Bool {
    guard let field = schema.layerField(at: parameter.path), !field.isRepeated,
      let fallback = AttributeValue(defaultOf: field)
    else { return false }
    return parameter.values.allSatisfy { $0 == fallback }
  }
}

extension TypeDefinition {
  /// Whether the definition says what a field does: an expression asks for it, or it is without influence.
  func explains(_ path: [String]) -> Bool {
    if ignoredFields?.contains(where: path.starts(with:)) == true { return true }
    // A layer of the definition has all parameters of the layer and is understood itself.
    if steps.contains(where: { $0.layers.contains(where: \.isLikeLayer) }) { return true }
    let path = path.joined(separator: ".")
    return expressions.contains { $0.expression.parameters(of: "layer").contains(path) }
  }

  /// Everything that a definition evaluates for a layer, which the expressions call `layer`.
  package var expressions: [CheckedExpression] {
    conditions.map(\.expression) + lets.map(\.expression) + steps.flatMap(\.expressions)
  }
}

extension DefinitionStep {
  fileprivate var expressions: [CheckedExpression] {
    switch self {
    case .single(let step): step.expressions
    case .layer(let step): step.expressions
    case .repeated(let group):
      [group.count] + [group.condition].compactMap(\.self) + group.steps.flatMap(\.expressions)
    }
  }
}

extension LayerStep {
  fileprivate var expressions: [CheckedExpression] {
    var expressions = [condition].compactMap(\.self) + blobs + bottoms.compactMap(\.index)
    for top in tops {
      switch top {
      case .single(let name): expressions += [name.index].compactMap(\.self)
      case .list(_, let count): expressions.append(count)
      }
    }
    return expressions + fields.flatMap(\.value.expressions)
  }
}

extension TemplateField.Value {
  fileprivate var expressions: [CheckedExpression] {
    switch self {
    case .string, .literal: []
    case .computed(let expression): [expression]
    case .text(let parts):
      parts.compactMap { if case .computed(let expression) = $0 { expression } else { nil } }
    case .message(let fields): fields.flatMap(\.value.expressions)
    case .list(let values): values.flatMap(\.expressions)
    case .conditional(let value, let condition): value.expressions + [condition]
    }
  }
}

extension OperatorStep {
  fileprivate var expressions: [CheckedExpression] {
    var expressions = [condition].compactMap(\.self) + outputs.compactMap(\.index)
    for input in inputs {
      switch input {
      case .absent: break
      case .value(let name): expressions += [name.index].compactMap(\.self)
      case .constant(_, let value, let condition): expressions += [value] + [condition].compactMap(\.self)
      }
    }
    for attribute in attributes {
      switch attribute.value {
      case .computed(let value): expressions.append(value)
      case .text(let parts):
        for case .computed(let value) in parts { expressions.append(value) }
      }
    }
    return expressions
  }
}

extension NetGraph {
  /// Where a layer stands in the definition; nil for one that a rewrite has made.
  package func place(of layer: LayerID) -> SourcePlace? {
    definition(of: layer).map { definition.document.source.place(at: $0.field.nameOffset) }
  }

  /// Where a layer's field is first written; nil for one that a rewrite has made.
  fileprivate func place(of path: [String], in layer: LayerID) -> SourcePlace? {
    var message = definition(of: layer)?.parameters
    var found: TextField?
    for name in path {
      guard let field = message?.fields.first(where: { $0.isNamed(name) }) else { return nil }
      found = field
      message = field.message
    }
    return found.map { $0.source.place(at: $0.nameOffset) }
  }
}
