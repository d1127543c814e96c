import Diagnostics

/// Writes V1 layers as layers of the current syntax.
struct V1LayerText {
  private var editor: TextEditor
  private var changes: SyntaxUpgrade.Changes

  /// The text, edited; nil where no layer is written in this syntax.
  static func edited(_ definition: NetDefinition, _ changes: inout SyntaxUpgrade.Changes) -> [UInt8]? {
    guard definition.generation != .v2 else { return nil }
    var text = V1LayerText(editor: TextEditor(definition.document), changes: changes)
    for layer in definition.layers { text.upgrade(layer) }
    // Those of V0 have been counted.
    text.changes.v1Layers = definition.layers.count - (changes.v0Layers - changes.paddings)
    changes = text.changes
    return text.editor.edited()
  }

  private mutating func upgrade(_ layer: LayerDefinition) {
    guard let message = layer.field.message else { return }
    editor.rename(layer.field, to: "layer")
    let type = upgradeType(layer, message)
    upgradeBlobLists(message)
    if let own = V1Fields.dataMessages[type] { moveTransformations(from: own, in: message) }
  }

  /// A word becomes a string; the layer's type is told.
  private mutating func upgradeType(_ layer: LayerDefinition, _ message: TextMessage) -> String {
    var type = layer.type
    for field in message.all("type") {
      guard let word = field.identifier else { continue }
      if LegacyLayerTypes.name(v1Name: word) == nil {
        type = LayerTypeNames.current(forkWord: word) ?? word
        changes.forkTypes.append((layer.name, word, type))
      }
      editor.set(field, toString: Name(type))
    }
    return type
  }

  /// `blobs_lr: 1 blobs_lr: 2` become `param { lr_mult: 1 } param { lr_mult: 2 }`.
  private mutating func upgradeBlobLists(_ message: TextMessage) {
    let lists = V1Fields.perBlob.map { list in
      // A fork's file may mix the syntaxes: `param { … }` is of the current one.
      (field: list.field, values: message.all(list.name).filter { $0.message == nil })
    }
    let all = lists.flatMap(\.values)
    guard let first = all.min(by: { $0.nameOffset < $1.nameOffset || $0.index < $1.index }) else { return }
    let count = lists.map(\.values.count).max() ?? 0
    let specs = (0..<count).map { index in
      NewTextField(
        name: "param",
        value: .message(
          lists.compactMap { list in
            guard index < list.values.count else { return nil }
            return NewTextField(name: list.field, value: .verbatim(list.values[index].literal))
          }))
    }
    for field in all where field.index != first.index { editor.remove(field) }
    editor.replace(first, with: specs)
  }

  /// What a data layer does to its images has moved to `transform_param`, where it goes before what stood there.
  private mutating func moveTransformations(from own: String, in message: TextMessage) {
    var moved: [NewTextField] = []
    for parameters in message.all(own).compactMap(\.message) {
      for field in parameters.fields where V1Fields.transformations.contains(where: field.isNamed) {
        moved.append(NewTextField(name: field.name, value: .verbatim(field.literal)))
        editor.remove(field)
      }
    }
    guard !moved.isEmpty else { return }
    guard let known = message.last("transform_param"), let target = known.message else {
      editor.insert(
        [NewTextField(name: "transform_param", value: .message(moved))], after: message.last(own)!)
      return
    }
    for field in target.fields where moved.contains(where: { field.isNamed($0.name) }) {
      editor.remove(field)
    }
    editor.append(moved, to: target)
  }
}
