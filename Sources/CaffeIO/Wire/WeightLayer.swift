import Diagnostics

extension LayerGeneration {
  /// The number of the blobs field in the message that holds it.
  package var blobsField: Int {
    switch self {
    case .v2: CaffeField.Layer.blobs
    case .v1: CaffeField.V1Layer.blobs
    case .v0: CaffeField.V0Layer.blobs
    }
  }
}

/// A layer of a weights file, by position.
package struct WeightLayer: Sendable {
  /// The place in `WeightsFile.layers`.
  package var index: Int
  /// The name; empty when there is none.
  package var name: Name
  /// The type in today's names: `Convolution` also for V1's `CONVOLUTION` and V0's `conv`. A V1 number
  /// that BVLC does not define reads `V1:<number>`, an unknown V0 name stays as it is.
  package var type: String
  /// The message the layer is written in.
  package var generation: LayerGeneration
  /// From the first byte of the layer's tag to its end.
  package var fieldRange: Range<Int>
  /// The layer message without tag and length.
  package var bodyRange: Range<Int>
  /// The field of the nested V0 message, when there is one.
  package var v0Field: WireField?
  /// The input blobs, each with the range of its field.
  package var bottoms: [(name: Name, fieldRange: Range<Int>)]
  /// The output blobs, each with the range of its field.
  package var tops: [(name: Name, fieldRange: Range<Int>)]
  /// The parameter blobs.
  package var blobs: [StoredBlob]
}
