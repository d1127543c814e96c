/// The layer types that can be run.
package enum LayerRegistry {
  /// One line per type, by today's name.
  package static let layers: [String: any ForwardLayer.Type] = [
    "AbsVal": AbsValLayer.self,
    "BN": BNLayer.self,
    "BNLL": BNLLLayer.self,
    "BatchNorm": BatchNormLayer.self,
    "Bias": BiasLayer.self,
    "Clip": ClipLayer.self,
    "Convolution": ConvolutionLayer.self,
    "ConvolutionDepthwise": ConvolutionLayer.self,
    "Deconvolution": DeconvolutionLayer.self,
    "DepthwiseConvolution": ConvolutionLayer.self,
    "Dropout": DropoutLayer.self,
    "ELU": ELULayer.self,
    "Exp": ExpLayer.self,
    "InnerProduct": InnerProductLayer.self,
    "Input": InputLayer.self,
    "Log": LogLayer.self,
    "PReLU": PReLULayer.self,
    "Pooling": PoolingLayer.self,
    "Power": PowerLayer.self,
    "ReLU": ReLULayer.self,
    "ReLU6": ReLU6Layer.self,
    "Scale": ScaleLayer.self,
    "Sigmoid": SigmoidLayer.self,
    "Split": SplitLayer.self,
    "Swish": SwishLayer.self,
    "TanH": TanHLayer.self,
    "Threshold": ThresholdLayer.self,
  ]

  /// Makes the layer that a description asks for.
  package static func layer(_ description: LayerDescription) throws(ForwardError) -> any ForwardLayer {
    guard let type = layers[description.subject.type] else {
      throw description.error(.unknownType)
    }
    return try type.init(description)
  }
}
