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
    for attribute in change?.attributes ?? [] {
      set(attribute.path[...], to: attribute.value, in: definition.parameters, of: definition)
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

  private mutating func set(
    _ path: ArraySlice<String>, to value: NewTextField.Value, in message: TextMessage,
    of definition: LayerDefinition
  ) {
    guard let name = path.first else { return }
    let existing = message.last(name)
    if path.count > 1 {
      if let inner = existing?.message { return set(path.dropFirst(), to: value, in: inner, of: definition) }
      editor.append([NewTextField(nested: path, value: value)], to: message)
    } else if let existing {
      switch value {
      case .string(let string): editor.set(existing, toString: string)
      case .literal(let literal), .verbatim(let literal): editor.set(existing, toLiteral: literal)
      case .message: editor.replace(existing, with: [NewTextField(name: name, value: value)])
      }
    } else {
      editor.append([NewTextField(name: name, value: value)], to: message)
    }
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

extension NewTextField {
  /// `a { b { c: value } }` from a path.
  init(nested path: ArraySlice<String>, value: NewTextField.Value) {
    let name = path.first ?? ""
    self.init(
      name: name,
      value: path.count > 1
        ? .message([NewTextField(nested: path.dropFirst(), value: value)]) : value)
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
