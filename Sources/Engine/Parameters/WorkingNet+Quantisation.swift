import CaffeIO

extension WorkingNet {
  /// Refuses to change the blobs of a layer with scales that were found for them.
  func checkQuantisation(of layer: LayerID) throws(Refusal.Reason) {
    guard writtenAttribute(["quantization_param"], of: layer) != nil,
      let message = graph.definition(of: layer)?.parameters.last("quantization_param")?.message
    else { return }
    // Numbers of bits say nothing of the range of the weights.
    if message.fields.contains(where: { !$0.name.hasPrefix("bw_") && !Self.rangeless.contains($0.name) }) {
      throw Refusal.Reason(QuantisedLayer(layer: graph.named(layer)))
    }
  }

  /// Fields of `quantization_param` that fit weights of any range.
  private static let rangeless: Set<String> = [
    "precision", "rounding_scheme", "rounding_time", "trimming_mode",
  ]
}
