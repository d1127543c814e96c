/// The layer types that can be run.
package enum LayerRegistry {
  /// One line per type, by today's name.
  package static let layers: [String: any LayerDescription.Type] = [
    "AbsVal": AbsValLayer.self,
    "ArgMax": ArgMaxLayer.self,
    "Axpy": AxpyLayer.self,
    "BatchNorm": BatchNormLayer.self,
    "Bias": BiasLayer.self,
    "BN": BNLayer.self,
    "BNLL": BNLLLayer.self,
    "Clip": ClipLayer.self,
    "Concat": ConcatLayer.self,
    "Convolution": ConvolutionLayer.self,
    "ConvolutionDepthwise": ConvolutionLayer.self,
    "Crop": CropLayer.self,
    "CuDNNBatchNorm": BNLayer.self,
    "Deconvolution": DeconvolutionLayer.self,
    "DepthwiseConvolution": ConvolutionLayer.self,
    "DetectionOutput": DetectionOutputLayer.self,
    "Dropout": DropoutLayer.self,
    "DummyData": DummyDataLayer.self,
    "Eltwise": EltwiseLayer.self,
    "ELU": ELULayer.self,
    "Exp": ExpLayer.self,
    "Flatten": FlattenLayer.self,
    "InnerProduct": InnerProductLayer.self,
    "Input": InputLayer.self,
    "Interp": InterpLayer.self,
    "Log": LogLayer.self,
    "LRN": LRNLayer.self,
    "MemoryData": MemoryDataLayer.self,
    "MVN": MVNLayer.self,
    "Normalize": NormalizeLayer.self,
    "Permute": PermuteLayer.self,
    "Pooling": PoolingLayer.self,
    "Power": PowerLayer.self,
    "PReLU": PReLULayer.self,
    "PriorBox": PriorBoxLayer.self,
    "PriorBoxClustered": PriorBoxLayer.self,
    "Reduction": ReductionLayer.self,
    "ReLU": ReLULayer.self,
    "ReLU6": ReLU6Layer.self,
    "Reshape": ReshapeLayer.self,
    "Scale": ScaleLayer.self,
    "ShuffleChannel": ShuffleChannelLayer.self,
    "Sigmoid": SigmoidLayer.self,
    "Silence": SilenceLayer.self,
    "Slice": SliceLayer.self,
    "Softmax": SoftmaxLayer.self,
    "Split": SplitLayer.self,
    "Swish": SwishLayer.self,
    "TanH": TanHLayer.self,
    "Threshold": ThresholdLayer.self,
    "Tile": TileLayer.self,
    "Upsample": UpsampleLayer.self,
  ]

  /// Makes the layer that a description asks for.
  package static func layer(_ description: WrittenLayer) throws(LayerError) -> any LayerDescription {
    guard let type = layers[description.subject.type] else {
      throw description.error(.unknownType)
    }
    if let (path, value) = description.unexplainedField {
      throw description.error(.unsupported(field: path, found: value))
    }
    return try type.init(description)
  }
}
