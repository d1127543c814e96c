import CaffeIO

/// Turns a model into the parts of its files.
struct ModelEncoder {
  /// Where initializers lie outside of the model; nil where all lie inside.
  var external: ExternalLayout?

  /// `ModelProto`.
  mutating func encode(_ model: OnnxModel) throws(OnnxError) -> OnnxMessage {
    if let part = model.unread.first { throw OnnxError(.model, .unreadPart(part)) }
    typealias Field = OnnxField.Model
    var message = OnnxMessage()
    message.integer(Field.irVersion, model.irVersion)
    message.optionalText(Field.producerName, model.producerName)
    message.optionalText(Field.producerVersion, model.producerVersion)
    message.optionalText(Field.domain, model.domain)
    if model.modelVersion != 0 { message.integer(Field.modelVersion, model.modelVersion) }
    message.optionalText(Field.docString, model.docString)
    message.message(Field.graph, try encode(model.graph))
    for (domain, version) in model.opsets {
      var set = OnnxMessage()
      // Also the empty name of the standard set, as ONNX's own library does.
      set.text(OnnxField.OperatorSet.domain, domain)
      set.integer(OnnxField.OperatorSet.version, version)
      message.message(Field.opsetImport, set)
    }
    message.entries(Field.metadata, model.metadata)
    return message
  }

  private mutating func encode(_ graph: OnnxGraph) throws(OnnxError) -> OnnxMessage {
    typealias Field = OnnxField.Graph
    var message = OnnxMessage()
    for (index, node) in graph.nodes.enumerated() {
      message.message(Field.node, try encode(node, index: index))
    }
    message.optionalText(Field.name, graph.name)
    for (index, initializer) in graph.initializers.enumerated() {
      message.message(Field.initializer, try encode(initializer, index: index))
    }
    message.optionalText(Field.docString, graph.docString)
    for value in graph.inputs { message.message(Field.input, try encode(value)) }
    for value in graph.outputs { message.message(Field.output, try encode(value)) }
    for value in graph.values { message.message(Field.valueInfo, try encode(value)) }
    message.entries(Field.metadata, graph.metadata)
    return message
  }

  private func encode(_ node: OnnxNode, index: Int) throws(OnnxError) -> OnnxMessage {
    typealias Field = OnnxField.Node
    var message = OnnxMessage()
    for name in node.inputs { message.text(Field.input, name) }
    for name in node.outputs { message.text(Field.output, name) }
    message.optionalText(Field.name, node.name)
    message.text(Field.type, node.type)
    for attribute in node.attributes {
      let place = OnnxPlace.attribute(name: attribute.name, node: index, nodeName: node.name)
      message.message(Field.attribute, try encode(attribute, place))
    }
    message.optionalText(Field.docString, node.docString)
    message.optionalText(Field.domain, node.domain)
    message.optionalText(Field.overload, node.overload)
    message.entries(Field.metadata, node.metadata)
    return message
  }

  private func encode(_ attribute: OnnxNamedAttribute, _ place: OnnxPlace) throws(OnnxError) -> OnnxMessage {
    typealias Field = OnnxField.Attribute
    var message = OnnxMessage()
    message.text(Field.name, attribute.name)
    let type: OnnxAttributeType
    switch attribute.value {
    case .float(let value):
      message.float(Field.float, value)
      type = .float
    case .int(let value):
      message.integer(Field.int, Int(value))
      type = .int
    case .string(let bytes):
      message.bytes(Field.string, bytes)
      type = .string
    case .tensor(let tensor):
      let initializer = OnnxInitializer(name: tensor.name, tensor)
      message.message(Field.tensor, try Self.encode(initializer, location: nil, place))
      type = .tensor
    case .floats(let values):
      for value in values { message.float(Field.floats, value) }
      type = .floats
    case .ints(let values):
      for value in values { message.integer(Field.ints, Int(value)) }
      type = .ints
    case .strings(let values):
      for value in values { message.bytes(Field.strings, value) }
      type = .strings
    case .unread(let type): throw OnnxError(place, .unreadAttribute(type: type))
    }
    message.optionalText(Field.docString, attribute.docString)
    message.integer(Field.type, type.rawValue)
    return message
  }

  private mutating func encode(_ initializer: OnnxInitializer, index: Int) throws(OnnxError) -> OnnxMessage {
    let place = OnnxPlace.initializer(index: index, name: initializer.name)
    let location = initializer.source.strings == nil ? external?.place(initializer.source) : nil
    return try Self.encode(initializer, location: location, place)
  }

  /// `TensorProto`, with its elements or with the `location` where they lie.
  private static func encode(
    _ tensor: OnnxInitializer, location: [(String, String)]?, _ place: OnnxPlace
  ) throws(OnnxError) -> OnnxMessage {
    typealias Field = OnnxField.Tensor
    try check(tensor, place)
    var message = OnnxMessage()
    for size in tensor.shape { message.integer(Field.dims, size) }
    message.integer(Field.dataType, Int(tensor.elementType))
    for string in tensor.source.strings ?? [] { message.bytes(Field.stringData, string) }
    message.optionalText(Field.name, tensor.name)
    if location == nil, tensor.source.strings == nil { message.source(Field.rawData, tensor.source.bytes) }
    message.optionalText(Field.docString, tensor.docString)
    if let location {
      message.entries(Field.externalData, location)
      message.integer(Field.dataLocation, 1)
    }
    message.entries(Field.metadata, tensor.metadata)
    return message
  }

  private static func check(_ tensor: OnnxInitializer, _ place: OnnxPlace) throws(OnnxError) {
    let count: Int
    do { count = try OnnxElementType.shape(tensor.shape).product } catch {
      throw OnnxError(place, .shape(error))
    }
    guard OnnxElementType.facts(of: tensor.elementType) != nil else {
      throw OnnxError(place, .unknownElementType(Int(tensor.elementType)))
    }
    let isOfStrings = tensor.elementType == OnnxElementType.string
    if let strings = tensor.source.strings, isOfStrings {
      guard strings.count == count else {
        throw OnnxError(place, .stringMismatch(shape: tensor.shape, expected: count, found: strings.count))
      }
      return
    }
    // Strings where numbers should be, and numbers for strings, have the wrong count of bytes in any case.
    let expected = OnnxElementType.byteCount(count, tensor.elementType) ?? 0
    guard tensor.source.strings == nil, !isOfStrings, tensor.source.byteCount == expected else {
      throw OnnxError(
        place,
        .sizeMismatch(
          shape: tensor.shape, elementType: tensor.elementType, expected: expected,
          found: tensor.source.byteCount))
    }
  }

  private func encode(_ value: OnnxValue) throws(OnnxError) -> OnnxMessage {
    typealias Field = OnnxField.Value
    var message = OnnxMessage()
    message.text(Field.name, value.name)
    switch value.kind {
    case .tensor:
      var tensor = OnnxMessage()
      tensor.integer(OnnxField.TensorType.elementType, Int(value.elementType))
      if let shape = value.shape { tensor.message(OnnxField.TensorType.shape, encode(shape)) }
      var type = OnnxMessage()
      type.message(OnnxField.ValueType.tensor, tensor)
      message.message(Field.type, type)
    case .unknown: break
    case .sequence, .map, .optional, .sparseTensor, .opaque:
      throw OnnxError(.value(name: value.name), .unreadValue(value.kind))
    }
    message.optionalText(Field.docString, value.docString)
    message.entries(Field.metadata, value.metadata)
    return message
  }

  private func encode(_ shape: [OnnxDimension]) -> OnnxMessage {
    var message = OnnxMessage()
    for dimension in shape {
      var entry = OnnxMessage()
      switch dimension {
      case .known(let size): entry.integer(OnnxField.Dimension.value, size)
      case .symbol(let name): entry.text(OnnxField.Dimension.parameter, name)
      case .unknown: break
      }
      message.message(OnnxField.Shape.dim, entry)
    }
    return message
  }
}
