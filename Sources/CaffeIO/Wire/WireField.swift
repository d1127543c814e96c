/// How the bytes of a field are laid out on the wire.
package enum WireType: UInt8, Sendable {
  /// One number, seven bits a byte.
  case varint = 0
  /// Eight bytes.
  case fixed64 = 1
  /// A length, then that many bytes.
  case bytes = 2
  /// The begin of a group; its end is a tag of its own.
  case groupStart = 3
  /// The end of a group.
  case groupEnd = 4
  /// Four bytes.
  case fixed32 = 5
}

/// One field of a message, by position.
package struct WireField: Sendable {
  /// The field number.
  package var number: Int
  /// How it is laid out; a whole group counts as one field of type `groupStart`.
  package var type: WireType
  /// From the first byte of the tag to the end of the field.
  package var range: Range<Int>
  /// The value without tag and length.
  package var body: Range<Int>
  /// The number itself when `type` is `varint`, else 0.
  package var number64: UInt64

  /// Makes a field from its parts.
  package init(
    number: Int, type: WireType, range: Range<Int>, body: Range<Int>, number64: UInt64 = 0
  ) {
    self.number = number
    self.type = type
    self.range = range
    self.body = body
    self.number64 = number64
  }
}

/// The field numbers of Caffe's messages that caffold reads or writes (`caffe.proto` of BVLC; the raw
/// data fields are NVCaffe's).
package enum CaffeField {
  /// `NetParameter`.
  package enum Net {
    package static let name = 1, v1Layers = 2, input = 3, inputDim = 4, inputShape = 8, layer = 100
  }
  /// `LayerParameter`.
  package enum Layer {
    package static let name = 1, type = 2, bottom = 3, top = 4, param = 6, blobs = 7
  }
  /// `V1LayerParameter`.
  package enum V1Layer {
    package static let v0Layer = 1, bottom = 2, top = 3, name = 4, type = 5, blobs = 6
  }
  /// `V0LayerParameter`.
  package enum V0Layer {
    package static let name = 1, type = 2, blobs = 50
  }
  /// `BlobProto`.
  package enum Blob {
    package static let num = 1, channels = 2, height = 3, width = 4
    package static let data = 5, diff = 6, shape = 7, doubleData = 8
    package static let rawDataType = 10, rawData = 12
  }
  /// `BlobShape`.
  package enum Shape {
    package static let dim = 1
  }
}
