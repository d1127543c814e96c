extension LayerDefinition {
  /// Fields of forks that change nothing about the output side of a layer: paddings that differ between the sides.
  private static let explainedFields: Set<String> = ["pad_l", "pad_r", "pad_t", "pad_b"]

  /// The parameters of the layers that folds change.
  private static let foldedParameters = [
    "convolution_param", "inner_product_param", "batch_norm_param", "bn_param", "scale_param", "bias_param",
  ]

  /// The first parameter that may make the layer compute something other than its type says: a field that the schema does
  /// not have, inside a parameter message that it has, or Intel's fused ReLU. V0 layers keep all parameters flat and are
  /// not looked at.
  package func unexplainedField(schema: Schema) -> (path: String, field: TextField)? {
    guard generation != .v0 else { return nil }
    for field in parameters.fields {
      guard Self.foldedParameters.contains(where: field.isNamed), let message = field.message,
        let known = schema.parameterMessage(ofLayerField: field.name)
      else { continue }
      if let found = Self.unexplainedField(of: message, as: known, at: field.name, schema) { return found }
    }
    return nil
  }

  private static func unexplainedField(
    of message: TextMessage, as known: SchemaMessage, at path: String, _ schema: Schema
  ) -> (path: String, field: TextField)? {
    for field in message.fields {
      let path = "\(path).\(field.name)"
      guard let meaning = known.field(named: field.name) else {
        if explainedFields.contains(field.name) { continue }
        return (path, field)
      }
      // Intel Caffe: the layer ends in a ReLU.
      if field.name == "relu", field.bool == true { return (path, field) }
      guard case .message(let name) = meaning.type, let inner = field.message,
        let type = schema.message(name), !type.fields.isEmpty
      else { continue }
      if let found = unexplainedField(of: inner, as: type, at: path, schema) { return found }
    }
    return nil
  }
}
