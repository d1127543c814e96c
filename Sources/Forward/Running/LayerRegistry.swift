/// The layer types that can be run.
package enum LayerRegistry {
  /// One line per type, by today's name.
  package static let layers: [String: any ForwardLayer.Type] = [
    "Convolution": ConvolutionLayer.self,
    "ConvolutionDepthwise": ConvolutionLayer.self,
    "DepthwiseConvolution": ConvolutionLayer.self,
    "ReLU": ReLULayer.self,
    "LRN": LRNLayer.self,
    "MVN": MVNLayer.self,
    "Normalize": NormalizeLayer.self,
    "Concat": ConcatLayer.self,
    "Slice": SliceLayer.self,
    "Eltwise": EltwiseLayer.self,
    "Flatten": FlattenLayer.self,
    "Reshape": ReshapeLayer.self,
    "Permute": PermuteLayer.self,
    "Crop": CropLayer.self,
    "Tile": TileLayer.self,
    "Reduction": ReductionLayer.self,
    "ArgMax": ArgMaxLayer.self,
    "Softmax": SoftmaxLayer.self,
    "Upsample": UpsampleLayer.self,
    "Interp": InterpLayer.self,
    "ShuffleChannel": ShuffleChannelLayer.self,
    "Axpy": AxpyLayer.self,
    "Silence": SilenceLayer.self,
    "PriorBox": PriorBoxLayer.self,
    "DetectionOutput": DetectionOutputLayer.self,
  ]

  /// Makes the layer that a description asks for.
  package static func layer(_ description: LayerDescription) throws(ForwardError) -> any ForwardLayer {
    guard let type = layers[description.subject.type] else {
      throw description.error(.unknownType)
    }
    return try type.init(description)
  }
}
