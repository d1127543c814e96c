/// Which of the built-in schema's fields BVLC's Caffe has: forks number theirs behind BVLC's last one.
package enum BVLCFields {
  /// Whether BVLC's Caffe has the field at a path that begins in a layer.
  package static func have(_ path: [String]) -> Bool {
    var message = Schema.caffe.layerMessage
    for name in path {
      guard let field = Schema.caffe.message(message)?.field(named: name), has(field, in: message) else {
        return false
      }
      if case .message(let inner) = field.type { message = inner }
    }
    return true
  }

  /// Whether BVLC's Caffe has a field of the built-in schema.
  static func has(_ field: SchemaField, in message: String) -> Bool {
    field.number.map { $0 <= lastNumbers[message] ?? Int.max } ?? false
  }

  /// BVLC's last field of each message that forks have added fields to.
  private static let lastNumbers = [
    "BatchNormParameter": 3, "ConcatParameter": 2, "ConvolutionParameter": 18, "CropParameter": 2,
    "DropoutParameter": 1, "EltwiseParameter": 3, "FillerParameter": 8, "ImageDataParameter": 12,
    "InnerProductParameter": 6, "LayerParameter": 148, "LossParameter": 3, "PReLUParameter": 2,
    "PoolingParameter": 13, "ReLUParameter": 2, "TransformationParameter": 7,
  ]
}
