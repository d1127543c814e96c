import CaffeIO

extension ModelParser {
  /// `ModelProto`.
  mutating func model(before end: Int) throws -> OnnxModel {
    typealias Field = OnnxField.Model
    var model = OnnxModel(irVersion: 0, opsets: [], graph: OnnxGraph(name: ""))
    var hasGraph = false
    while let field = try cursor.nextField(before: end) {
      switch field.number {
      case Field.irVersion: model.irVersion = try integer(field)
      case Field.producerName: model.producerName = try text(field)
      case Field.producerVersion: model.producerVersion = try text(field)
      case Field.domain: model.domain = try text(field)
      case Field.modelVersion: model.modelVersion = try integer(field)
      case Field.docString: model.docString = try text(field)
      case Field.graph:
        // A message that stands in several parts is put together.
        hasGraph = true
        try expect(field, .bytes)
        place = .graph
        try graph(field, into: &model)
        place = .model
      case Field.opsetImport: model.opsets.append(try operatorSet(field))
      case Field.metadata: model.metadata.append(try entry(field))
      case Field.trainingInfo: model.unread.append(try unread(field, .trainingInfo))
      case Field.functions: model.unread.append(try unread(field, .function, name: 1))
      case Field.configuration: model.unread.append(try unread(field, .deviceConfiguration, name: 1))
      default: break
      }
    }
    guard hasGraph else { throw OnnxError(path: cursor.file.path, .model, .noGraph) }
    return model
  }

  private mutating func operatorSet(_ field: WireField) throws -> (domain: String, version: Int) {
    try count()
    let end = try enter(field)
    var set = (domain: "", version: 0)
    while let field = try cursor.nextField(before: end) {
      switch field.number {
      case OnnxField.OperatorSet.domain: set.domain = try text(field)
      case OnnxField.OperatorSet.version: set.version = try integer(field)
      default: break
      }
    }
    return set
  }

  /// A part of which only the name is read, where it has one.
  private mutating func unread(_ field: WireField, _ kind: OnnxUnreadPart.Kind, name: Int? = nil) throws
    -> OnnxUnreadPart
  {
    try count()
    let end = try enter(field)
    var part = OnnxUnreadPart(kind)
    while let field = try cursor.nextField(before: end) {
      if field.number == name { part.name = try text(field) }
    }
    return part
  }

  /// `GraphProto`, added to what the graph has already.
  private mutating func graph(_ field: WireField, into model: inout OnnxModel) throws {
    typealias Field = OnnxField.Graph
    let end = try enter(field)
    while let field = try cursor.nextField(before: end) {
      switch field.number {
      case Field.name: model.graph.name = try text(field)
      case Field.docString: model.graph.docString = try text(field)
      case Field.node:
        place = .node(index: model.graph.nodes.count, name: "")
        model.graph.nodes.append(try node(field))
      case Field.initializer:
        place = .initializer(index: model.graph.initializers.count, name: "")
        model.graph.initializers.append(try initializer(field))
      case Field.input: model.graph.inputs.append(try value(field))
      case Field.output: model.graph.outputs.append(try value(field))
      case Field.valueInfo: model.graph.values.append(try value(field))
      case Field.metadata: model.graph.metadata.append(try entry(field))
      case Field.quantizationAnnotation:
        model.unread.append(try unread(field, .quantizationAnnotation, name: 1))
      case Field.sparseInitializer: model.unread.append(try sparseInitializer(field))
      default: break
      }
      place = .graph
    }
  }

  /// A sparse initializer has the name of its values, which are a tensor.
  private mutating func sparseInitializer(_ field: WireField) throws -> OnnxUnreadPart {
    try count()
    let end = try enter(field)
    var part = OnnxUnreadPart(.sparseInitializer)
    while let field = try cursor.nextField(before: end) {
      guard field.number == 1 else { continue }
      let values = try enter(field)
      while let field = try cursor.nextField(before: values) {
        if field.number == OnnxField.Tensor.name { part.name = try text(field) }
      }
    }
    return part
  }

  /// `NodeProto`.
  private mutating func node(_ field: WireField) throws -> OnnxNode {
    typealias Field = OnnxField.Node
    guard case .node(let index, _) = place else { preconditionFailure("a node has a place") }
    try count()
    let end = try enter(field)
    var node = OnnxNode(type: "", inputs: [], outputs: [])
    while let field = try cursor.nextField(before: end) {
      switch field.number {
      case Field.input: node.inputs.append(try countedText(field))
      case Field.output: node.outputs.append(try countedText(field))
      case Field.name:
        node.name = try text(field)
        place = .node(index: index, name: node.name)
      case Field.type: node.type = try text(field)
      case Field.domain: node.domain = try text(field)
      case Field.overload: node.overload = try text(field)
      case Field.docString: node.docString = try text(field)
      case Field.attribute:
        place = .attribute(name: "", node: index, nodeName: node.name)
        node.attributes.append(try attribute(field))
        place = .node(index: index, name: node.name)
      case Field.metadata: node.metadata.append(try entry(field))
      // Where a node runs changes nothing in what it computes, so it is no fact of the model.
      case Field.deviceConfigurations: break
      default: break
      }
    }
    return node
  }

  /// `ValueInfoProto`.
  private mutating func value(_ field: WireField) throws -> OnnxValue {
    typealias Field = OnnxField.Value
    try count()
    place = .value(name: "")
    let end = try enter(field)
    var value = OnnxValue(name: "")
    while let field = try cursor.nextField(before: end) {
      switch field.number {
      case Field.name:
        value.name = try text(field)
        place = .value(name: value.name)
      case Field.type: try type(field, into: &value)
      case Field.docString: value.docString = try text(field)
      case Field.metadata: value.metadata.append(try entry(field))
      default: break
      }
    }
    return value
  }

  /// `TypeProto`; of several kinds the last one counts.
  private mutating func type(_ field: WireField, into value: inout OnnxValue) throws {
    typealias Field = OnnxField.ValueType
    let end = try enter(field)
    while let field = try cursor.nextField(before: end) {
      switch field.number {
      case Field.tensor:
        value.kind = .tensor
        try tensorType(field, into: &value)
      case Field.sequence: value.kind = .sequence
      case Field.map: value.kind = .map
      case Field.opaque: value.kind = .opaque
      case Field.sparseTensor: value.kind = .sparseTensor
      case Field.optional: value.kind = .optional
      default: break
      }
    }
  }

  private mutating func tensorType(_ field: WireField, into value: inout OnnxValue) throws {
    let end = try enter(field)
    while let field = try cursor.nextField(before: end) {
      switch field.number {
      case OnnxField.TensorType.elementType: value.elementType = Int32(truncatingIfNeeded: try integer(field))
      case OnnxField.TensorType.shape:
        var shape = value.shape ?? []
        let end = try enter(field)
        while let field = try cursor.nextField(before: end) {
          if field.number == OnnxField.Shape.dim { shape.append(try dimension(field)) }
        }
        value.shape = shape
      default: break
      }
    }
  }

  /// A dimension; some programs write a negative number for one that is not known.
  private mutating func dimension(_ field: WireField) throws -> OnnxDimension {
    try count()
    let end = try enter(field)
    var dimension = OnnxDimension.unknown
    while let field = try cursor.nextField(before: end) {
      switch field.number {
      case OnnxField.Dimension.value:
        let size = try integer(field)
        dimension = size < 0 ? .unknown : .known(size)
      case OnnxField.Dimension.parameter: dimension = .symbol(try text(field))
      default: break
      }
    }
    return dimension
  }
}
