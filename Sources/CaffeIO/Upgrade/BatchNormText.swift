/// Sets the learning rates of a BatchNorm's statistics to 0 where a definition gives all three: Caffe learns them on its way, and
/// its older versions had to be told not to do so otherwise.
enum BatchNormText {
  /// The text, edited; nil where nothing is to be set.
  static func edited(_ definition: NetDefinition, _ changes: inout SyntaxUpgrade.Changes) -> [UInt8]? {
    var editor = TextEditor(definition.document)
    for layer in definition.layers where layer.type == "BatchNorm" && layer.generation == .v2 {
      let specs = layer.field.message?.all("param").compactMap(\.message) ?? []
      guard specs.count == 3 else { continue }
      var isChanged = false
      for spec in specs {
        for name in ["lr_mult", "decay_mult"] {
          guard let field = spec.last(name) else {
            editor.append([NewTextField(name: name, value: .literal("0"))], to: spec)
            isChanged = true
            continue
          }
          guard field.number != 0 else { continue }
          editor.set(field, toLiteral: "0")
          isChanged = true
        }
      }
      if isChanged { changes.batchNorms += 1 }
    }
    return changes.batchNorms > 0 ? editor.edited() : nil
  }
}
