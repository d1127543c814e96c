import CaffeIO

extension ModelParser {
  /// The fields of an attribute; its type, which says which of them counts, may stand behind them.
  private struct AttributeFields {
    var name = ""
    var docString = ""
    var type: Int?
    var isReference = false
    var float: Float?
    var int: Int64?
    var string: [UInt8]?
    var tensor: OnnxTensor?
    var floats: [Float] = []
    var ints: [Int64] = []
    var strings: [[UInt8]] = []
    /// The type of the last value, for files of the first version of ONNX, which do not have `type`.
    var found = OnnxAttributeType.undefined
  }

  /// `AttributeProto`; the place must be one of an attribute.
  mutating func attribute(_ field: WireField) throws -> OnnxNamedAttribute {
    guard case .attribute(_, let index, let node) = place else {
      preconditionFailure("an attribute has a place")
    }
    try count()
    let start = field.range.lowerBound
    let end = try enter(field)
    var fields = AttributeFields()
    while let field = try cursor.nextField(before: end) {
      if field.number == OnnxField.Attribute.name {
        fields.name = try text(field)
        place = .attribute(name: fields.name, node: index, nodeName: node)
      } else {
        try attributeField(field, into: &fields)
      }
    }
    return OnnxNamedAttribute(
      name: fields.name, value: try value(of: fields, at: start), docString: fields.docString)
  }

  private mutating func attributeField(_ field: WireField, into fields: inout AttributeFields) throws {
    typealias Field = OnnxField.Attribute
    switch field.number {
    case Field.docString: fields.docString = try text(field)
    case Field.type: fields.type = try integer(field)
    case Field.reference: fields.isReference = try !text(field).isEmpty
    case Field.float:
      try expect(field, .fixed32)
      fields.float = try floats(field)[0]
      fields.found = .float
    case Field.int:
      fields.int = Int64(try integer(field))
      fields.found = .int
    case Field.string:
      try count(attributeBytes: field.body.count)
      fields.string = try bytes(field)
      fields.found = .string
    case Field.tensor:
      guard fields.tensor == nil else { throw fail(.doubledField(field.number), at: field.range.lowerBound) }
      fields.tensor = try constant(field)
      fields.found = .tensor
    case Field.floats:
      try count(attributeBytes: field.body.count)
      fields.floats += try floats(field)
      fields.found = .floats
    case Field.ints:
      // A number takes a byte of the file at least.
      try count(attributeBytes: 8 * max(1, field.body.count))
      var ints: [Int64] = []
      swap(&ints, &fields.ints)
      try integers(field) { ints.append(Int64(bitPattern: $0)) }
      swap(&ints, &fields.ints)
      fields.found = .ints
    case Field.strings:
      try count()
      fields.strings.append(try bytes(field))
      fields.found = .strings
    case Field.graph: fields.found = .graph
    case Field.tensors: fields.found = .tensors
    case Field.graphs: fields.found = .graphs
    case Field.sparseTensor: fields.found = .sparseTensor
    case Field.sparseTensors: fields.found = .sparseTensors
    case Field.typeProto: fields.found = .typeProto
    case Field.typeProtos: fields.found = .typeProtos
    default: break
    }
  }

  private func value(of fields: AttributeFields, at start: Int) throws -> OnnxAttribute {
    let type = fields.type.flatMap { $0 == 0 ? nil : $0 } ?? fields.found.rawValue
    // One that stands for an attribute of the function around it has no value; the main graph is in no function.
    guard !fields.isReference else { return .unread(type: type) }
    // The proto3 form of the format leaves out zeros.
    switch OnnxAttributeType(rawValue: type) {
    case .float: return .float(fields.float ?? 0)
    case .int: return .int(fields.int ?? 0)
    case .string: return .string(fields.string ?? [])
    case .floats: return .floats(fields.floats)
    case .ints: return .ints(fields.ints)
    case .strings: return .strings(fields.strings)
    case .tensor:
      guard let tensor = fields.tensor else { throw fail(.unknownElementType(0), at: start) }
      return .tensor(tensor)
    default: return .unread(type: type)
    }
  }

  /// A tensor of an attribute, read into memory.
  private mutating func constant(_ field: WireField) throws -> OnnxTensor {
    let tensor = try tensor(field)
    try count(attributeBytes: tensor.source.byteCount)
    var constant = try tensor.tensor()
    constant.name = tensor.name
    return constant
  }
}
