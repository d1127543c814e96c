/// Which of Caffe's three syntaxes a layer is written in, as text or on the wire.
package enum LayerGeneration: Sendable {
  /// `layer { type: "Convolution" … }`, message `LayerParameter`.
  case v2
  /// `layers { type: CONVOLUTION … }` of 2014, message `V1LayerParameter`.
  case v1
  /// `layers { layer { type: "conv" … } bottom: … }` of 2013, message `V0LayerParameter` inside a V1 one.
  case v0
}
