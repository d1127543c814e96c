import Layers
import RuleModel

extension WorkingNet {
  /// The linear layer that the definition of a layer says it is: one Convolution, Deconvolution or InnerProduct with the same
  /// bottom, top and blobs, so that a fold changes the blobs of the layer itself. Nil where no definition does.
  ///
  /// - Throws: a refusal where the definition fails.
  func linearMeaning(of layer: LayerID) throws(Refusal.Reason) -> (any LinearDescription)? {
    guard isDefinedInLayers(layer) else { return nil }
    let definition = try meaningInLayers(of: layer)
    guard case .layer(let step)? = definition.steps.first, definition.steps.count == 1, step.keepsBlobs,
      LayerRegistry.facts(ofType: step.type)?.bias != nil
    else { return nil }
    let expansion = try expansion(of: layer)
    guard expansion.isOneForOne else { return nil }
    let expanded = try ExpandedNet(expansion, of: layer, in: self)
    guard let part = expanded.layers.first else { return nil }
    return try expanded.net.usable(part).layer as? any LinearDescription
  }
}
