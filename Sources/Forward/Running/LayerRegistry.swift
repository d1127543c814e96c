/// The layer types that can be run.
package enum LayerRegistry {
  /// One line per type, by today's name.
  package static let layers: [String: any ForwardLayer.Type] = [
    "Convolution": ConvolutionLayer.self,
    "ConvolutionDepthwise": ConvolutionLayer.self,
    "DepthwiseConvolution": ConvolutionLayer.self,
    "ReLU": ReLULayer.self
  ]

  /// Makes the layer that a description asks for.
  package static func layer(_ description: LayerDescription) throws(ForwardError) -> any ForwardLayer {
    guard let type = layers[description.subject.type] else {
      throw description.error(.unknownType)
    }
    return try type.init(description)
  }
}
