import CaffeIO
import Diagnostics

/// Turns a plan into edits of the net definition's text. What no rewrite touched stays as it is, byte for byte.
package struct DefinitionEmitter {
  private let graph: NetGraph
  private var editor: TextEditor

  /// The text of the rewritten net.
  package static func text(of graph: NetGraph) -> [UInt8] {
    var emitter = DefinitionEmitter(graph: graph, editor: TextEditor(graph.definition.document))
    for index in graph.definition.layers.indices { emitter.emit(index) }
    return emitter.editor.edited()
  }

  private mutating func emit(_ index: Int) {
    let id = LayerID(index: index)
    // Part by part: most layers stay as they are, and a copy of a whole one counts references for each of its parts.
    let definitions = graph.definition.layers
    if let around = graph.order.neighbours[index] {
      editor.insert(newLayers(around.before), before: definitions[index].field)
      editor.insert(newLayers(around.after), after: definitions[index].field)
    }
    guard graph.layers[index].isAlive else { return editor.remove(definitions[index].field) }
    // A layer of another phase is not in the graph's connections; it stays as it was written.
    guard graph.layers[index].isIncluded else { return }
    let change = graph.changes[id]
    if let replacement = change?.replacement {
      editor.replace(definitions[index].field, with: newLayer(graph[id], parameters: replacement))
      return
    }
    if graph.layers[index].name != definitions[index].name {
      rename(definitions[index], to: graph.layers[index].name)
    }
    if graph.layers[index].type != definitions[index].type {
      retype(definitions[index], to: graph.layers[index].type)
    }
    if !graph.areNamed(graph.layers[index].bottoms, definitions[index].bottoms) {
      connect(graph.layers[index].bottoms, in: definitions[index], "bottom")
    }
    if !graph.areNamed(graph.layers[index].tops, definitions[index].tops) {
      connect(graph.layers[index].tops, in: definitions[index], "top")
    }
    if let attributes = change?.attributes, !attributes.isEmpty {
      let isFlat = definitions[index].generation == .v0
      set(AttributeTree(isFlat ? attributes.map(\.flattened) : attributes), in: definitions[index].parameters)
    }
  }

  private mutating func rename(_ definition: LayerDefinition, to name: Name) {
    if let field = definition.parameters.last("name") {
      editor.set(field, toString: name)
    } else {
      editor.append([NewTextField(name: "name", value: .string(name))], to: definition.parameters)
    }
  }

  private mutating func retype(_ definition: LayerDefinition, to type: String) {
    guard let field = definition.parameters.last("type") else { return }
    switch definition.generation {
    case .v2: editor.set(field, toString: Name(type))
    case .v1: editor.set(field, toLiteral: LegacyLayerTypes.v1Word(name: type) ?? type)
    case .v0: editor.set(field, toString: Name(LegacyLayerTypes.v0Name(name: type) ?? type))
    }
  }

  private mutating func connect(_ values: [ValueID], in definition: LayerDefinition, _ field: String) {
    let names = values.map(graph.blobName)
    let fields = definition.field.message?.all(field) ?? []
    for (written, name) in zip(fields, names) where written.nameValue != name {
      editor.set(written, toString: name)
    }
    for written in fields.dropFirst(names.count) { editor.remove(written) }
    let more = names.dropFirst(fields.count).map { NewTextField(name: field, value: .string($0)) }
    if let last = fields.last {
      editor.insert(more, after: last)
    } else if let message = definition.field.message {
      editor.append(more, to: message)
    }
  }

  private mutating func set(_ attributes: AttributeTree, in message: TextMessage) {
    var added: [NewTextField] = []
    for (name, node) in attributes.members {
      let existing = message.all(name)
      switch node {
      case .message(let inner):
        let messages = existing.compactMap(\.message)
        if inner.isClearing {
          clear(inner, in: existing)
        } else if let last = messages.last {
          set(inner, in: last)
        } else {
          for field in existing { editor.remove(field) }
          added += [NewTextField(name: name, value: .message(inner.newFields))]
        }
      case .values(let values):
        guard let last = existing.last else {
          added += values.map { NewTextField(name: name, value: $0) }
          continue
        }
        set(values, of: name, existing, last)
      }
    }
    if !added.isEmpty { editor.append(added, to: message) }
  }

  private mutating func set(
    _ values: [NewTextField.Value], of name: String, _ existing: [TextField], _ last: TextField
  ) {
    switch values.count == 1 && existing.count == 1 ? values[0] : nil {
    case .string(let string)?: editor.set(last, toString: string)
    case .literal(let literal)?, .verbatim(let literal)?: editor.set(last, toLiteral: literal)
    default:
      for field in existing.dropFirst() { editor.remove(field) }
      let fields = values.map { NewTextField(name: name, value: $0) }
      if fields.isEmpty { editor.remove(existing[0]) } else { editor.replace(existing[0], with: fields) }
    }
  }

  /// Takes fields out of all messages of a name, and the messages that it leaves empty, as long as none behind them
  /// stays: an element in front of another keeps its position.
  private mutating func clear(_ attributes: AttributeTree, in fields: [TextField]) {
    var isTrailing = true
    for field in fields.reversed() {
      guard let message = field.message else { continue }
      if isTrailing, attributes.empties(message) {
        editor.remove(field)
      } else {
        isTrailing = false
        set(attributes, in: message)
      }
    }
  }

  private func newLayers(_ layers: [LayerID]) -> [NewTextField] {
    layers.filter { graph[$0].isAlive }.flatMap { id in
      newLayer(graph[id], parameters: graph.changes[id]?.replacement ?? [])
    }
  }

  /// A whole layer: its name and connections, and what the rule says, in the syntax of the file.
  private func newLayer(_ layer: NetGraph.Layer, parameters: [NewTextField]) -> [NewTextField] {
    let name = NewTextField(name: "name", value: .string(layer.name))
    func type(_ value: NewTextField.Value) -> NewTextField { NewTextField(name: "type", value: value) }
    let connections =
      layer.bottoms.map { NewTextField(name: "bottom", value: .string(graph.blobName(of: $0))) }
      + layer.tops.map { NewTextField(name: "top", value: .string(graph.blobName(of: $0))) }
    switch graph.definition.generation {
    case .v2:
      let fields = [name, type(.string(Name(layer.type)))] + connections + parameters
      return [NewTextField(name: "layer", value: .message(fields))]
    case .v1 where layer.type == "Input", .v0 where layer.type == "Input":
      return inputs(layer, parameters)
    case .v1:
      let word = LegacyLayerTypes.v1Word(name: layer.type) ?? "NONE"
      let fields = [name, type(.literal(word))] + connections + parameters
      return [NewTextField(name: "layers", value: .message(fields))]
    case .v0:
      let word = LegacyLayerTypes.v0Name(name: layer.type) ?? layer.type
      let inner = NewTextField(name: "layer", value: .message([name, type(.string(Name(word)))]))
      let rules = parameters.filter { $0.name == "include" || $0.name == "exclude" }
      return [NewTextField(name: "layers", value: .message([inner] + connections + rules))]
    }
  }

  /// An Input as the old syntaxes have it: names and shapes beside the layers.
  private func inputs(_ layer: NetGraph.Layer, _ parameters: [NewTextField]) -> [NewTextField] {
    func fields(_ name: String, of field: NewTextField) -> [NewTextField] {
      guard case .message(let inner) = field.value else { return [] }
      return inner.filter { $0.name == name }
    }
    let shapes = parameters.filter { $0.name == "input_param" }.flatMap { fields("shape", of: $0) }
    return layer.tops.enumerated().flatMap { position, top in
      let input = NewTextField(name: "input", value: .string(graph.blobName(of: top)))
      guard let shape = shapes.indices.contains(position) ? shapes[position] : shapes.first else {
        return [input]
      }
      return [input, NewTextField(name: "input_shape", value: .message(fields("dim", of: shape)))]
    }
  }
}

extension LayerChange.Attribute {
  /// The same where all parameters lie in the layer itself.
  fileprivate var flattened: LayerChange.Attribute {
    var attribute = self
    if let name = V0Fields.flat(path[...]) { attribute.path = [name] }
    return attribute
  }
}

extension AttributeTree {
  /// Whether all it does is to take fields away.
  fileprivate var isClearing: Bool {
    members.allSatisfy { member in
      switch member.node {
      case .values(let values): values.isEmpty
      case .message(let tree): tree.isClearing
      }
    }
  }

  /// Whether nothing is left of a message when the fields are gone.
  fileprivate func empties(_ message: TextMessage) -> Bool {
    message.fields.allSatisfy { field in
      guard let node = members.first(where: { field.isNamed($0.name) })?.node else { return false }
      switch node {
      case .values(let values): return values.isEmpty
      case .message(let tree): return field.message.map(tree.empties) ?? false
      }
    }
  }
}
