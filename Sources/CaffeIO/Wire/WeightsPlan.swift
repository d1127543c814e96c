import Diagnostics

/// What happens to one layer of a weights file; nil leaves a part as it is.
package struct WeightLayerEdit: Sendable {
  /// Leaves the layer out.
  package var removed = false
  /// The whole new list of blobs.
  package var blobs: [BlobContent]?
  /// The new type, in today's names.
  package var type: String?
  /// The new name.
  package var name: Name?
  /// The new list of inputs.
  package var bottoms: [Name]?
  /// The new list of outputs.
  package var tops: [Name]?
  /// Values of other fields, by field numbers of the layer's own message.
  package var setFields: [WireFieldEdit] = []

  /// An edit that changes nothing.
  package init() {}
}

/// Sets or clears one field inside nested messages of a layer, by field numbers.
///
/// `WireFieldEdit([106, 2], .varint(1))` sets `convolution_param.bias_term` of a V2 layer to true.
/// Messages on the way that are missing are made; of an optional field and a repeated one alike, the
/// given values replace all there are.
package struct WireFieldEdit: Sendable, Equatable {
  /// The field numbers from the layer's message inwards; at least one.
  package var path: [Int]
  /// The new values; none clears the field.
  package var values: [WireValue]

  /// An edit that leaves the field at `path` with `values`.
  package init(_ path: [Int], _ values: WireValue...) {
    self.path = path
    self.values = values
  }

  /// An edit that leaves the field at `path` with `values`.
  package init(path: [Int], values: [WireValue]) {
    self.path = path
    self.values = values
  }
}

/// A value of a field as it is on the wire.
package enum WireValue: Sendable, Equatable {
  /// Integers (negative ones as 64-bit two's complement), booleans and enumerations.
  case varint(UInt64)
  /// The bits of a `float` or `fixed32`.
  case fixed32(UInt32)
  /// The bits of a `double` or `fixed64`.
  case fixed64(UInt64)
  /// A string, bytes, or a whole message.
  case bytes([UInt8])

  /// A `float` field.
  package static func float(_ value: Float) -> WireValue { .fixed32(value.bitPattern) }
  /// A `bool` field.
  package static func bool(_ value: Bool) -> WireValue { .varint(value ? 1 : 0) }
  /// An `int32`, `int64` or enumeration field.
  package static func int(_ value: Int) -> WireValue { .varint(UInt64(bitPattern: Int64(value))) }
  /// A `string` field.
  package static func string(_ value: Name) -> WireValue { .bytes(value.bytes) }
}

/// A layer that the input does not have.
package struct NewWeightLayer: Sendable {
  /// The name.
  package var name: Name
  /// The type, in today's names.
  package var type: String
  /// The inputs.
  package var bottoms: [Name]
  /// The outputs.
  package var tops: [Name]
  /// The parameter blobs.
  package var blobs: [BlobContent]
  /// Values of other fields, by field numbers of the layer's own message.
  package var setFields: [WireFieldEdit]

  /// Makes a layer from its parts.
  package init(
    name: Name, type: String, bottoms: [Name], tops: [Name], blobs: [BlobContent],
    setFields: [WireFieldEdit] = []
  ) {
    self.name = name
    self.type = type
    self.bottoms = bottoms
    self.tops = tops
    self.blobs = blobs
    self.setFields = setFields
  }
}

/// Writes a weights file in the current syntax.
package struct WeightsUpgrade: Sendable {
  /// The fields of layers.
  package var schema: Schema
  /// The types of the definition's layers by name, for types of which the file has the number alone.
  package var types: [Name: String]

  /// Makes one of its parts.
  package init(schema: Schema, types: [Name: String]) {
    self.schema = schema
    self.types = types
  }
}

/// What becomes of a weights file.
package struct WeightsPlan: Sendable {
  /// The edits by `WeightLayer.index`; layers without one stay byte for byte.
  package var edits: [Int: WeightLayerEdit]
  /// Layers written behind all others, in the generation of the file's last layer.
  package var appended: [NewWeightLayer]
  /// How the file is brought to the current syntax; nil where every layer keeps its own.
  package var upgrade: WeightsUpgrade?
  /// The number type that all blobs get; nil where each keeps its own.
  package var storage: BlobStorage?

  /// Makes a plan from its parts.
  package init(edits: [Int: WeightLayerEdit] = [:], appended: [NewWeightLayer] = []) {
    self.edits = edits
    self.appended = appended
  }
}
