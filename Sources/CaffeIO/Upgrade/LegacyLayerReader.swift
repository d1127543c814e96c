import Diagnostics

/// A V1 or V0 layer of a weights file without its blobs, encoded as a layer of the current syntax.
package struct UpgradedLayerHeader: Sendable {
  /// The fields, in memory.
  package var fields: [UInt8]
  /// Fields that are too long to be held: bytes of the file.
  package var longFields: OutputPieces
}

/// What a padding layer of V0 says for the layer that reads it.
package struct LegacyPadding: Sendable {
  /// What the padding layer reads, and the layer behind it from now on.
  var bottom: Name
  /// How many zeros it puts around that.
  var pad: UInt64
}

/// Reads V1 and V0 layers of a weights file as layers of the current syntax.
///
/// The rules are those of the definition's upgrade. A field that the schema does not have keeps its number, unless the number means
/// another field now: then it is left out, as Caffe does with all of them.
package struct LegacyLayerReader: ~Copyable {
  private var cursor: WireCursor
  private let schema: Schema
  private let current: SchemaMessage
  private var header = Header()
  private var padding: LegacyPadding?

  /// What is gathered of one layer.
  private struct Header {
    var connections = WireEncoder()
    var fields = WireEncoder()
    var longFields = OutputPieces()
    /// By position in `V1Fields.perBlob`.
    var lists: [[WireValue]] = Array(repeating: [], count: V1Fields.perBlob.count)
    /// Messages that are put together, in order.
    var messages: [(name: String, body: WireEncoder)] = []

    mutating func withMessage(_ name: String, _ body: (inout WireEncoder) -> Void) {
      let index = messages.firstIndex { $0.name == name } ?? messages.count
      if index == messages.count { messages.append((name, WireEncoder())) }
      body(&messages[index].body)
    }
  }

  /// The longest field that is held in memory.
  private static let longField = 1 << 16

  /// Makes a reader for an open file.
  package init(_ file: InputFile, schema: Schema, limits: WireLimits = WireLimits()) {
    cursor = WireCursor(file, limits: limits)
    self.schema = schema
    // A file for a fork may call the message otherwise; every schema has one.
    current = schema.message(schema.layerMessage) ?? SchemaMessage(name: schema.layerMessage, fields: [])
  }

  /// The fields of a layer, without its blobs.
  ///
  /// - Parameters:
  ///   - type: the type where the file gives the number of a fork's type alone.
  ///   - padding: what the padding layer says that the layer reads.
  package mutating func header(
    of layer: WeightLayer, type: String?, padding: LegacyPadding? = nil
  ) throws -> UpgradedLayerHeader {
    self.padding = padding
    cursor.subject = .layer(index: layer.index, name: layer.name)
    header = Header()
    try readV1(layer)
    if let nested = layer.v0Field { try readV0(nested, of: layer) }
    var encoder = WireEncoder()
    encoder.field(CaffeField.Layer.name, .string(layer.name))
    let known = layer.type.hasPrefix(LegacyLayerTypes.unknownPrefix) ? type ?? layer.type : layer.type
    if !known.isEmpty { encoder.field(CaffeField.Layer.type, .string(Name(known))) }
    encoder.raw(header.connections.bytes)
    for spec in specs { encoder.field(CaffeField.Layer.param, .bytes(spec)) }
    encoder.raw(header.fields.bytes)
    for (name, body) in header.messages {
      guard let number = current.field(named: name)?.number else { continue }
      encoder.field(number, .bytes(body.bytes))
    }
    return UpgradedLayerHeader(fields: encoder.bytes, longFields: header.longFields)
  }

  /// The entries of the lists for each blob, as `ParamSpec` messages.
  private var specs: [[UInt8]] {
    let message = schema.message("ParamSpec")
    return (0..<(header.lists.map(\.count).max() ?? 0)).map { index in
      var spec = WireEncoder()
      for (list, values) in zip(V1Fields.perBlob, header.lists) where index < values.count {
        if let number = message?.field(named: list.field)?.number { spec.field(number, values[index]) }
      }
      return spec.bytes
    }
  }

  private mutating func readV1(_ layer: WeightLayer) throws {
    let legacy = schema.message("V1LayerParameter")
    cursor.position = layer.bodyRange.lowerBound
    while let field = try cursor.nextField(before: layer.bodyRange.upperBound) {
      switch field.number {
      case CaffeField.V1Layer.name, CaffeField.V1Layer.type, CaffeField.V1Layer.blobs,
        CaffeField.V1Layer.v0Layer:
        break
      case CaffeField.V1Layer.bottom:
        if let padding {
          header.connections.field(CaffeField.Layer.bottom, .string(padding.bottom))
        } else {
          try connect(field, as: CaffeField.Layer.bottom)
        }
      case CaffeField.V1Layer.top: try connect(field, as: CaffeField.Layer.top)
      default:
        guard let name = legacy?.field(number: field.number)?.name else {
          try keepUnknown(field)
          continue
        }
        if try readList(field, name) { continue }
        if field.type == .bytes, field.body.count <= Self.longField,
          name == V1Fields.dataMessages[layer.type] || name == Self.transformations
        {
          let next = cursor.position
          try readMessage(field, name)
          cursor.position = next
        } else if let number = current.field(named: name)?.number {
          try copy(field, as: number)
        } else {
          try keepUnknown(field)
        }
      }
    }
  }

  private mutating func readV0(_ nested: WireField, of layer: WeightLayer) throws {
    let legacy = schema.message("V0LayerParameter")
    cursor.position = nested.body.lowerBound
    while let field = try cursor.nextField(before: nested.body.upperBound) {
      switch field.number {
      case CaffeField.V0Layer.name, CaffeField.V0Layer.type, CaffeField.V0Layer.blobs: continue
      default: break
      }
      guard let name = legacy?.field(number: field.number)?.name else {
        try keepUnknown(field)
        continue
      }
      if try readList(field, name) || padding != nil && name == Self.pad { continue }
      switch V0Fields.place(of: name, in: layer.type) {
      case nil: try keepUnknown(field)
      case .nowhere?: break
      case .layer?: if let number = current.field(named: name)?.number { try copy(field, as: number) }
      case .message(let message, let name)?:
        guard let number = schema.field(at: [message, name])?.number, field.body.count <= Self.longField
        else { continue }
        let bytes = try encoded(field, as: number)
        header.withMessage(message) { $0.raw(bytes) }
      }
    }
    if let padding, case .message(let message, let name)? = V0Fields.place(of: Self.pad, in: layer.type),
      let number = schema.field(at: [message, name])?.number
    {
      header.withMessage(message) { $0.field(number, .varint(padding.pad)) }
    }
  }

  /// What a padding layer says; nil for any other layer, and for one that Caffe would not upgrade.
  package mutating func padding(of layer: WeightLayer) throws -> LegacyPadding? {
    guard layer.type == V0Fields.padding, let nested = layer.v0Field, layer.bottoms.count == 1,
      layer.tops.count == 1
    else { return nil }
    let number = schema.message("V0LayerParameter")?.field(named: Self.pad)?.number
    var pad: UInt64 = 0
    cursor.position = nested.body.lowerBound
    while let field = try cursor.nextField(before: nested.body.upperBound) {
      if field.number == number, field.type == .varint { pad = field.number64 }
    }
    return LegacyPadding(bottom: layer.bottoms[0].name, pad: pad)
  }

  private static let pad = "pad"
  private static let transformations = "transform_param"

  /// Reads a message of a data layer, or `transform_param`: what is done to images goes behind what `transform_param` says, so
  /// that it counts.
  private mutating func readMessage(_ field: WireField, _ name: String) throws {
    guard case .message(let type)? = current.field(named: name)?.type else { return }
    let message = schema.message(type)
    header.withMessage(name) { _ in }
    cursor.position = field.body.lowerBound
    while let inner = try cursor.nextField(before: field.body.upperBound) {
      let moved = message?.field(number: inner.number)?.name
      if name != Self.transformations, let moved, V1Fields.transformations.contains(moved) {
        guard let number = schema.field(at: [Self.transformations, moved])?.number else { continue }
        let bytes = try encoded(inner, as: number)
        header.withMessage(Self.transformations) { $0.raw(bytes) }
      } else {
        let bytes = try encoded(inner, as: inner.number)
        header.withMessage(name) { $0.raw(bytes) }
      }
    }
  }

  /// Reads a field that is a list with an entry for each blob; false for any other field.
  private mutating func readList(_ field: WireField, _ name: String) throws -> Bool {
    guard let index = V1Fields.perBlob.firstIndex(where: { $0.name == name }) else { return false }
    switch (field.type, V1Fields.perBlob[index].field) {
    case (.bytes, "name"): header.lists[index].append(.bytes(try bytes(of: field)))
    case (.varint, "share_mode"): header.lists[index].append(.varint(field.number64))
    case (.fixed32, "lr_mult"), (.fixed32, "decay_mult"):
      header.lists[index] += Self.numbers(in: try bytes(of: field))
    case (.bytes, "lr_mult"), (.bytes, "decay_mult"):  // packed
      header.lists[index] += Self.numbers(in: try bytes(of: field))
    default: return false
    }
    return true
  }

  private static func numbers(in bytes: [UInt8]) -> [WireValue] {
    stride(from: 0, to: bytes.count - bytes.count % 4, by: 4).map { start in
      .fixed32((0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) })
    }
  }

  /// The body of a field that is held; nothing of one that is too long for what it is.
  private mutating func bytes(of field: WireField) throws -> [UInt8] {
    field.body.count <= Self.longField ? try cursor.bytes(field.body) : []
  }

  private mutating func connect(_ field: WireField, as number: Int) throws {
    header.connections.field(number, .bytes(try bytes(of: field)))
  }

  private mutating func copy(_ field: WireField, as number: Int) throws {
    if field.type == .bytes, field.body.count > Self.longField {
      var body = OutputPieces()
      body.keep(field.body)
      header.longFields.add(body, asField: number)
    } else {
      header.fields.raw(try encoded(field, as: number))
    }
  }

  /// Keeps a field that nobody knows where its number is free.
  private mutating func keepUnknown(_ field: WireField) throws {
    guard current.field(number: field.number) == nil else { return }
    try copy(field, as: field.number)
  }

  /// A field under another number.
  private mutating func encoded(_ field: WireField, as number: Int) throws -> [UInt8] {
    var encoder = WireEncoder()
    switch field.type {
    case .varint: encoder.field(number, .varint(field.number64))
    case .bytes: encoder.field(number, .bytes(try cursor.bytes(field.body)))
    case .fixed32, .fixed64:
      encoder.tag(number, field.type)
      encoder.raw(try cursor.bytes(field.body))
    case .groupStart, .groupEnd:
      // A group ends with its number too, and no file of Caffe's has one.
      if number == field.number, field.range.count <= Self.longField {
        encoder.raw(try cursor.bytes(field.range))
      }
    }
    return encoder.bytes
  }
}
