/// A layer whose tops are an affine function of each of its bottoms: it bends nowhere, and inputs of one size tell as much as
/// inputs of another.
package protocol AffineLayer: LayerDescription {
  /// Whether the parameters make it so.
  var isAffine: Bool { get }
}

extension AffineLayer {
  package var isAffine: Bool { true }
}

extension BatchNormLayer: AffineLayer { package var isAffine: Bool { usesStored } }
extension BiasLayer: AffineLayer {}
extension BNLayer: AffineLayer {}
extension ConcatLayer: AffineLayer {}
extension ConvolutionLayer: AffineLayer {}
extension CropLayer: AffineLayer {}
extension DeconvolutionLayer: AffineLayer {}
extension DropoutLayer: AffineLayer {}
extension FlattenLayer: AffineLayer {}
extension InnerProductLayer: AffineLayer {}
extension InputLayer: AffineLayer {}
extension InterpLayer: AffineLayer {}
extension PermuteLayer: AffineLayer {}
extension PowerLayer: AffineLayer { package var isAffine: Bool { power == 1 } }
extension ReshapeLayer: AffineLayer {}
extension ScaleLayer: AffineLayer {}
extension ShuffleChannelLayer: AffineLayer {}
extension SilenceLayer: AffineLayer {}
extension SliceLayer: AffineLayer {}
extension SplitLayer: AffineLayer {}
extension TileLayer: AffineLayer {}

extension LayerDescription {
  /// Whether the layer bends nowhere.
  package var bendsNowhere: Bool { (self as? any AffineLayer)?.isAffine ?? false }
}
