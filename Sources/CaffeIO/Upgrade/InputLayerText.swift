import Diagnostics

/// Makes the inputs that a definition declares beside its layers an Input layer at their place.
enum InputLayerText {
  /// The text, edited; nil where nothing is declared so.
  ///
  /// - Throws: `NetError` where some inputs have a shape and others do not.
  static func edited(
    _ definition: NetDefinition, _ changes: inout SyntaxUpgrade.Changes
  ) throws(NetError) -> [UInt8]? {
    guard !definition.inputs.isEmpty else { return nil }
    let root = definition.document.root
    let shapes = try shapes(of: definition)
    let layer = NewTextField(
      name: "layer",
      value: .message(
        [
          NewTextField(name: "name", value: .string(name(in: definition))),
          NewTextField(name: "type", value: .string("Input")),
        ] + definition.inputs.map { NewTextField(name: "top", value: .string($0)) }
          + (shapes.isEmpty ? [] : [NewTextField(name: "input_param", value: .message(shapes))])))
    var editor = TextEditor(definition.document)
    let inputs = root.all("input")
    // The layers read the inputs, so the layer that makes them comes first.
    let first = definition.layers[0].field
    if inputs[0].nameOffset < first.nameOffset {
      editor.replace(inputs[0], with: [layer])
    } else {
      editor.insert([layer], before: first)
      editor.remove(inputs[0])
    }
    for field in inputs.dropFirst() + root.all("input_shape") + root.all("input_dim") {
      editor.remove(field)
    }
    changes.inputs = inputs.count
    return editor.edited()
  }

  /// The shapes as `shape` fields; none where the file gives none, which leaves them to whoever loads the net.
  private static func shapes(of definition: NetDefinition) throws(NetError) -> [NewTextField] {
    let root = definition.document.root
    let (messages, sizes) = (root.all("input_shape"), root.all("input_dim"))
    let inputs = definition.inputs
    guard let any = messages.first ?? sizes.first else { return [] }
    // Where both are there, Caffe reads the shapes alone.
    let given = messages.isEmpty ? sizes.count / 4 : messages.count
    guard given >= inputs.count else {
      throw NetError(
        .missingInputShapes(inputs: inputs.count, shapes: given), in: definition.document, at: any.nameOffset)
    }
    if !messages.isEmpty {
      return messages.prefix(inputs.count).map { NewTextField(name: "shape", value: .copy(of: $0)) }
    }
    return inputs.indices.map { index in
      let dimensions = sizes[4 * index..<4 * index + 4]
      return NewTextField(
        name: "shape",
        value: .message(dimensions.map { NewTextField(name: "dim", value: .verbatim($0.literal)) }))
    }
  }

  /// `input`, as Caffe calls the layer, or a name that no layer has.
  private static func name(in definition: NetDefinition) -> Name {
    let taken = Set(definition.layers.map(\.name))
    if !taken.contains("input") { return "input" }
    var count = 1
    while taken.contains(Name("input_\(count)")) { count += 1 }
    return Name("input_\(count)")
  }
}
