import Diagnostics

/// Builds the index of a weights file.
///
/// Known fields must have their own wire type. Of a singular field that occurs more than once the last
/// counts, repeated ones and the parts of a shape add up, as protobuf merges messages.
struct WeightsIndexer: ~Copyable {
  private var cursor: WireCursor
  private let limits: WireLimits
  private var blobCount = 0
  private var blobIndexer = BlobIndexer()

  init(_ file: InputFile, limits: WireLimits) {
    cursor = WireCursor(file, limits: limits)
    self.limits = limits
    blobIndexer.runsLeft = limits.runs
  }

  /// Reads the whole file's structure.
  mutating func index() throws -> [WeightLayer] {
    let end = cursor.file.byteCount
    let head = try cursor.bytes(0..<min(end, 512))
    if let foreign = ForeignFile.recognize(head) { throw cursor.fail(.foreign(foreign), at: 0) }
    var layers: [WeightLayer] = []
    while let field = try nextNetField(before: end, index: layers.count) {
      switch field.number {
      case CaffeField.Net.name:
        try expect(.bytes, field)
      case CaffeField.Net.layer, CaffeField.Net.v1Layers:
        try expect(.bytes, field)
        guard layers.count < limits.layers else {
          throw cursor.fail(.tooMany(what: "layers", limit: limits.layers), at: field.range.lowerBound)
        }
        layers.append(try layer(field, index: layers.count))
        cursor.subject = .net
      default: break
      }
    }
    guard !layers.isEmpty else { throw cursor.fail(.noLayers, at: 0) }
    return layers
  }

  /// The next field of the net; a layer that is too long is named as such.
  private mutating func nextNetField(before end: Int, index: Int) throws -> WireField? {
    do {
      return try cursor.nextField(before: end)
    } catch var error as WireFormatError {
      if case .overrun(CaffeField.Net.layer, let declared, let remaining) = error.problem {
        error.subject = .layer(index: index, name: "")
        error.problem = .overrun(field: 0, declared: declared, remaining: remaining)
      }
      throw error
    }
  }

  /// The next field of a layer; a blob that is too long is named as such.
  private mutating func nextField(of layer: WeightLayer, before end: Int) throws -> WireField? {
    do {
      return try cursor.nextField(before: end)
    } catch var error as WireFormatError {
      if case .overrun(layer.generation.blobsField, let declared, let remaining) = error.problem {
        error.subject = .blob(index: layer.blobs.count, layerIndex: layer.index, layerName: layer.name)
        error.problem = .overrun(field: 0, declared: declared, remaining: remaining)
      }
      throw error
    }
  }

  private func expect(_ type: WireType, _ field: WireField) throws {
    guard field.type == type else {
      throw cursor.fail(
        .wrongWireType(field: field.number, found: field.type, expected: type),
        at: field.range.lowerBound)
    }
  }

  private mutating func layer(_ field: WireField, index: Int) throws -> WeightLayer {
    var layer = WeightLayer(
      index: index, name: "", type: "", generation: field.number == CaffeField.Net.layer ? .v2 : .v1,
      fieldRange: field.range, bodyRange: field.body, v0Field: nil, bottoms: [], tops: [], blobs: [])
    cursor.subject = .layer(index: index, name: "")
    cursor.position = field.body.lowerBound
    if layer.generation == .v2 {
      try readV2(into: &layer)
    } else {
      try readV1(into: &layer)
    }
    return layer
  }

  private mutating func readV2(into layer: inout WeightLayer) throws {
    while let field = try nextField(of: layer, before: layer.bodyRange.upperBound) {
      switch field.number {
      case CaffeField.Layer.name: try setName(&layer, field)
      case CaffeField.Layer.type: layer.type = try word(field)
      case CaffeField.Layer.bottom: layer.bottoms.append((try name(field), field.range))
      case CaffeField.Layer.top: layer.tops.append((try name(field), field.range))
      case CaffeField.Layer.blobs: try appendBlob(&layer, field)
      default: break
      }
    }
  }

  private mutating func readV1(into layer: inout WeightLayer) throws {
    layer.type = LegacyLayerTypes.name(v1Number: 0)
    while let field = try nextField(of: layer, before: layer.bodyRange.upperBound) {
      switch field.number {
      case CaffeField.V1Layer.v0Layer:
        try expect(.bytes, field)
        guard layer.v0Field == nil else { throw cursor.fail(.doubledV0Layer, at: field.range.lowerBound) }
        layer.v0Field = field
        layer.generation = .v0
        try readV0(field, into: &layer)
        cursor.position = field.range.upperBound
      case CaffeField.V1Layer.name: try setName(&layer, field)
      case CaffeField.V1Layer.type:
        try expect(.varint, field)
        layer.type = LegacyLayerTypes.name(v1Number: Int(Int32(truncatingIfNeeded: field.number64)))
      case CaffeField.V1Layer.bottom: layer.bottoms.append((try name(field), field.range))
      case CaffeField.V1Layer.top: layer.tops.append((try name(field), field.range))
      case CaffeField.V1Layer.blobs: try appendBlob(&layer, field)
      default: break
      }
    }
  }

  private mutating func readV0(_ nested: WireField, into layer: inout WeightLayer) throws {
    cursor.position = nested.body.lowerBound
    while let field = try nextField(of: layer, before: nested.body.upperBound) {
      switch field.number {
      case CaffeField.V0Layer.name: try setName(&layer, field)
      case CaffeField.V0Layer.type: layer.type = LegacyLayerTypes.name(v0Name: try word(field))
      case CaffeField.V0Layer.blobs: try appendBlob(&layer, field)
      default: break
      }
    }
  }

  private mutating func setName(_ layer: inout WeightLayer, _ field: WireField) throws {
    layer.name = try name(field)
    cursor.subject = .layer(index: layer.index, name: layer.name)
  }

  private mutating func name(_ field: WireField) throws -> Name {
    try expect(.bytes, field)
    guard field.body.count <= limits.nameBytes else {
      throw cursor.fail(
        .longName(byteCount: field.body.count, limit: limits.nameBytes), at: field.range.lowerBound)
    }
    return Name(bytes: try cursor.bytes(field.body))
  }

  /// A type; what is not UTF-8 in it becomes replacement characters, for Caffe has no such type.
  private mutating func word(_ field: WireField) throws -> String {
    let name = try name(field)
    return name.text ?? String(decoding: name.bytes, as: UTF8.self)
  }

  private mutating func appendBlob(_ layer: inout WeightLayer, _ field: WireField) throws {
    try expect(.bytes, field)
    blobCount += 1
    guard blobCount <= limits.blobs else {
      throw cursor.fail(.tooMany(what: "blobs", limit: limits.blobs), at: field.range.lowerBound)
    }
    cursor.subject = .blob(index: layer.blobs.count, layerIndex: layer.index, layerName: layer.name)
    layer.blobs.append(try blobIndexer.index(field, with: &cursor, limits: limits))
    cursor.subject = .layer(index: layer.index, name: layer.name)
    cursor.position = field.range.upperBound
  }
}
