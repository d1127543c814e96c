import CaffeIO
import Layers

extension WorkingNet {
  /// The paths of a layer's fields that BVLC's Caffe does not have and that change nothing, those that are cleared already apart;
  /// none of a layer that a rule has written, or of a type that nobody describes.
  func foreignFields(of layer: LayerID) -> [[String]] {
    let parameters = graph.parameters(of: layer)
    guard parameters.change?.replacement == nil, let definition = parameters.definition,
      let facts = described(layer).facts
    else { return [] }
    let cleared = (parameters.change?.attributes ?? []).filter(\.values.isEmpty).map(\.path)
    return facts.foreignFields(of: definition, schema: schema).filter { path in
      !cleared.contains { path.starts(with: $0) }
    }
  }
}
