import CaffeIO

extension NetGraph {
  /// The value of a parameter if the definition or a rewrite gives it.
  ///
  /// - Throws: `NetError` for a value that is not of the kind the parameter has.
  func writtenAttribute(
    _ path: [String], of layer: LayerID, schema: Schema
  ) throws(NetError) -> AttributeValue? {
    let change = changes[layer]
    if let change {
      if let fields = change.replacement { return AttributeValue.find(path, in: fields, schema: schema) }
      if let attribute = change.attributes.first(where: { $0.path == path }), !attribute.values.isEmpty {
        return AttributeValue(attribute.values, at: path, schema: schema)
      }
    }
    guard let definition = definition(of: layer) else { return nil }
    let cleared = (change?.attributes ?? []).filter(\.values.isEmpty).map(\.path)
    if cleared.contains(where: { path.starts(with: $0) }) { return nil }
    // What is left of a message when parts of it are gone: perhaps nothing.
    if cleared.contains(where: { $0.starts(with: path) }), definition.isEmpty(path, without: cleared) {
      return nil
    }
    return try definition.writtenAttribute(path, schema: schema)
  }
}
