import CaffeIO

/// Turns a plan into edits of the net definition's text. What no rewrite touched stays as it is, byte for byte.
package struct DefinitionEmitter {
  private let graph: NetGraph
  private var editor: TextEditor

  /// The text of the rewritten net.
  package static func text(of graph: NetGraph) -> [UInt8] {
    var emitter = DefinitionEmitter(graph: graph, editor: TextEditor(graph.definition.document))
    for index in graph.layers.indices { emitter.emit(LayerID(index: index)) }
    return emitter.editor.edited()
  }

  private mutating func emit(_ id: LayerID) {
    let layer = graph[id]
    let definition = graph.definition.layers[id.index]
    guard layer.isAlive else { return editor.remove(definition.field) }
    // A layer of another phase is not in the graph's connections; it stays as it was written.
    guard layer.isIncluded else { return }
    let change = graph.changes[id]
    if let replacement = change?.replacement {
      editor.replace(definition.field, with: [newLayer(layer, definition, parameters: replacement)])
      return
    }
    rename(layer.bottoms, in: definition, "bottom", from: definition.bottoms)
    rename(layer.tops, in: definition, "top", from: definition.tops)
    if let attributes = change?.attributes, !attributes.isEmpty {
      set(AttributeTree(attributes), in: definition.parameters)
    }
  }

  private mutating func rename(
    _ values: [ValueID], in definition: LayerDefinition, _ field: String, from old: [String]
  ) {
    var fields: [TextField]?
    for (index, value) in values.enumerated() {
      let name = graph.blobName(of: value)
      guard name != old[index] else { continue }
      if fields == nil { fields = definition.field.message?.all(field) }
      if let fields { editor.set(fields[index], toString: name) }
    }
  }

  private mutating func set(_ attributes: AttributeTree, in message: TextMessage) {
    var added: [NewTextField] = []
    for (name, node) in attributes.members {
      guard let existing = message.last(name) else {
        added.append(NewTextField(name: name, value: node.newValue))
        continue
      }
      switch node {
      case .message(let inner):
        if let message = existing.message {
          set(inner, in: message)
        } else {
          editor.replace(existing, with: [NewTextField(name: name, value: node.newValue)])
        }
      case .value(.string(let string)): editor.set(existing, toString: string)
      case .value(.literal(let literal)), .value(.verbatim(let literal)):
        editor.set(existing, toLiteral: literal)
      case .value(.message): editor.replace(existing, with: [NewTextField(name: name, value: node.newValue)])
      }
    }
    if !added.isEmpty { editor.append(added, to: message) }
  }

  /// A whole layer: its name and connections, what the rule says, and the phase rules of the layer it replaces.
  private func newLayer(
    _ layer: NetGraph.Layer, _ definition: LayerDefinition, parameters: [NewTextField]
  ) -> NewTextField {
    var fields = [
      NewTextField(name: "name", value: .string(layer.name)),
      NewTextField(name: "type", value: .string(layer.type)),
    ]
    fields += layer.bottoms.map { NewTextField(name: "bottom", value: .string(graph.blobName(of: $0))) }
    fields += layer.tops.map { NewTextField(name: "top", value: .string(graph.blobName(of: $0))) }
    for rule in definition.field.message?.fields.filter({ $0.isNamed("include") || $0.isNamed("exclude") })
      ?? []
    {
      fields.append(NewTextField(name: rule.name, value: .message(rule.copied)))
    }
    return NewTextField(name: "layer", value: .message(fields + parameters))
  }
}

/// Parameters by the steps of their paths, in the order they were set: a message that is new is written once, whatever
/// number of its fields is set.
private struct AttributeTree {
  enum Node {
    case value(NewTextField.Value)
    case message(AttributeTree)

    var newValue: NewTextField.Value {
      switch self {
      case .value(let value): value
      case .message(let tree):
        .message(tree.members.map { NewTextField(name: $0.name, value: $0.node.newValue) })
      }
    }
  }

  private(set) var members: [(name: String, node: Node)] = []

  init(_ attributes: [LayerChange.Attribute] = []) {
    for attribute in attributes { set(attribute.path[...], to: attribute.value) }
  }

  private mutating func set(_ path: ArraySlice<String>, to value: NewTextField.Value) {
    guard let name = path.first else { return }
    let index = members.firstIndex { $0.name == name }
    var node = Node.value(value)
    if path.count > 1 {
      var inner = AttributeTree()
      if let index, case .message(let known) = members[index].node { inner = known }
      inner.set(path.dropFirst(), to: value)
      node = .message(inner)
    }
    if let index { members[index].node = node } else { members.append((name, node)) }
  }
}

extension TextField {
  /// The fields of a message value, to be written elsewhere.
  var copied: [NewTextField] {
    (message?.fields.map { $0 } ?? []).map { field in
      if field.message != nil {
        return NewTextField(name: field.name, value: .message(field.copied))
      }
      return NewTextField(name: field.name, value: .verbatim(field.literal))
    }
  }
}
