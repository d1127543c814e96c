import CaffeIO

extension LayerFacts {
  /// The paths of fields of a layer of this type that BVLC's Caffe does not have and that change nothing: those that the description
  /// does not look at, and those that `schema` lists as harmless.
  ///
  /// Empty for a layer with a field that nobody understands: what that does to the others is not known.
  package func foreignFields(of layer: LayerDefinition, schema: Schema) -> [[String]] {
    guard layer.generation == .v2, let message = layer.field.message,
      unexplainedFields(of: layer, schema: schema).isEmpty
    else { return [] }
    var found: [[String]] = []
    func note(_ path: [String]) { if !found.contains(path) { found.append(path) } }
    for field in message.fields {
      let name = field.name
      guard let parameters = parameters.first(where: { $0.name == name }) else {
        if !BVLCFields.have([name]) { note([name]) }
        continue
      }
      guard BVLCFields.have([name]) else { continue }
      for inner in field.message?.fields.map(\.self) ?? []
      where !BVLCFields.have([name, inner.name]) {
        // Of a field that is looked at even the default may mean something: its presence tells forks apart.
        if !parameters.reads.contains(inner.name) { note([name, inner.name]) }
      }
    }
    return found
  }
}
