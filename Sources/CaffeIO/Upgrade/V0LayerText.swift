import Diagnostics

/// Gives the parameters of V0 layers the messages that later layers have them in, and makes padding layers the pads of the
/// layers that read them. The layers are still within others; `NestedLayerText` takes them out.
struct V0LayerText {
  private let definition: NetDefinition
  private var editor: TextEditor
  private var changes: SyntaxUpgrade.Changes

  /// The text, edited; nil where no layer is written in this syntax.
  static func edited(
    _ definition: NetDefinition, _ changes: inout SyntaxUpgrade.Changes
  ) throws(NetError) -> [UInt8]? {
    guard definition.layers.contains(where: { $0.generation == .v0 }) else { return nil }
    var text = V0LayerText(
      definition: definition, editor: TextEditor(definition.document), changes: changes)
    let pads = try text.replacePaddings()
    for (index, layer) in definition.layers.enumerated() where layer.generation == .v0 {
      text.changes.v0Layers += 1
      if layer.type != V0Fields.padding { text.upgrade(layer, pad: pads[index]) }
    }
    changes = text.changes
    return text.editor.edited()
  }

  /// Takes padding layers out. Who reads one reads its bottom instead; the pad that the layer at an index gets is told.
  private mutating func replacePaddings() throws(NetError) -> [Int: String] {
    var producers: [Name: Int] = [:]
    var pads: [Int: String] = [:]
    for (index, layer) in definition.layers.enumerated() {
      for (place, bottom) in layer.bottoms.enumerated() {
        guard let producer = producers[bottom], definition.layers[producer].type == V0Fields.padding else {
          continue
        }
        let source = definition.layers[producer]
        guard ["Convolution", "Pooling"].contains(layer.type), layer.bottoms.count == 1,
          source.bottoms.count == 1, source.tops.count == 1
        else {
          throw NetError(
            .padding(layer: source.name, reader: layer.name), in: definition.document,
            at: layer.field.nameOffset)
        }
        pads[index] = source.parameters.last("pad")?.literal ?? "0"
        editor.set(layer.field.message!.all("bottom")[place], toString: source.bottoms[0])
      }
      for top in layer.tops { producers[top] = index }
      guard layer.type == V0Fields.padding, layer.generation == .v0 else { continue }
      changes.paddings += 1
      editor.remove(layer.field)
    }
    return pads
  }

  /// Moves the parameters of a layer; all that belong to one message stand where the first of them stood.
  private mutating func upgrade(_ layer: LayerDefinition, pad: String?) {
    let inner = layer.parameters
    var moved: [(message: String, place: TextField?, fields: [NewTextField])] = []
    func index(of message: String, at place: TextField?) -> Int {
      if let index = moved.firstIndex(where: { $0.message == message }) { return index }
      moved.append((message, place, []))
      return moved.count - 1
    }
    for field in inner.fields {
      if field.isNamed("type") {
        editor.set(field, toString: Name(layer.type))
        continue
      }
      switch V0Fields.place(of: field.name, in: layer.type) {
      case nil, .layer?: continue
      case .nowhere?:
        changes.leftOut.append((layer.name, field.name))
        editor.remove(field)
      case .message(let message, let name)?:
        let index = index(of: message, at: field)
        // What a padding layer says goes before the layer's own pad.
        if field.isNamed("pad"), pad != nil {
          editor.remove(field)
        } else {
          moved[index].fields.append(NewTextField(name: name, value: .copy(of: field)))
        }
      }
    }
    if let pad, case .message(let message, let name)? = V0Fields.place(of: "pad", in: layer.type) {
      let index = index(of: message, at: nil)
      moved[index].fields.append(NewTextField(name: name, value: .verbatim(pad)))
    }
    var places = Set<Int>()
    for part in moved {
      let field = NewTextField(name: part.message, value: .message(part.fields))
      guard let place = part.place else {
        editor.append([field], to: inner)
        continue
      }
      places.insert(place.nameOffset)
      editor.replace(place, with: [field])
    }
    for field in inner.fields where !places.contains(field.nameOffset) {
      if case .message? = V0Fields.place(of: field.name, in: layer.type) { editor.remove(field) }
    }
  }
}

extension NewTextField.Value {
  /// A value as it is written elsewhere. A message of plain fields is laid out anew; any other is copied with its comments.
  static func copy(of field: TextField) -> NewTextField.Value {
    guard let message = field.message, !field.literal.utf8.contains(UInt8(ascii: "#")),
      message.fields.allSatisfy({ $0.message == nil })
    else { return .verbatim(field.literal) }
    return .message(message.fields.map { NewTextField(name: $0.name, value: .verbatim($0.literal)) })
  }
}
