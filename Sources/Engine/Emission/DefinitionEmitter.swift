import CaffeIO

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
    let definition = graph.definition.layers[index]
    if let around = graph.order.neighbours[index] {
      editor.insert(newLayers(around.before), before: definition.field)
      editor.insert(newLayers(around.after), after: definition.field)
    }
    let layer = graph[id]
    guard layer.isAlive else { return editor.remove(definition.field) }
    // A layer of another phase is not in the graph's connections; it stays as it was written.
    guard layer.isIncluded else { return }
    let change = graph.changes[id]
    if let replacement = change?.replacement {
      editor.replace(definition.field, with: [newLayer(layer, parameters: replacement)])
      return
    }
    if layer.name != definition.name { rename(definition, to: layer.name) }
    connect(layer.bottoms, in: definition, "bottom", from: definition.bottoms)
    connect(layer.tops, in: definition, "top", from: definition.tops)
    if let attributes = change?.attributes, !attributes.isEmpty {
      set(AttributeTree(attributes), in: definition.parameters)
    }
  }

  private mutating func rename(_ definition: LayerDefinition, to name: String) {
    if let field = definition.parameters.last("name") {
      editor.set(field, toString: name)
    } else {
      editor.append([NewTextField(name: "name", value: .string(name))], to: definition.parameters)
    }
  }

  private mutating func connect(
    _ values: [ValueID], in definition: LayerDefinition, _ field: String, from old: [String]
  ) {
    // Most connections stay as they were, and no list is made for them.
    guard !graph.areNamed(values, old) else { return }
    let names = values.map(graph.blobName)
    let fields = definition.field.message?.all(field) ?? []
    for (written, name) in zip(fields, names) where written.string != name {
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
    layers.filter { graph[$0].isAlive }.map { id in
      newLayer(graph[id], parameters: graph.changes[id]?.replacement ?? [])
    }
  }

  /// A whole layer: its name and connections, and what the rule says.
  private func newLayer(_ layer: NetGraph.Layer, parameters: [NewTextField]) -> NewTextField {
    var fields = [
      NewTextField(name: "name", value: .string(layer.name)),
      NewTextField(name: "type", value: .string(layer.type)),
    ]
    fields += layer.bottoms.map { NewTextField(name: "bottom", value: .string(graph.blobName(of: $0))) }
    fields += layer.tops.map { NewTextField(name: "top", value: .string(graph.blobName(of: $0))) }
    return NewTextField(name: "layer", value: .message(fields + parameters))
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
