import CaffeIO
import RuleModel

extension WorkingNet {
  /// The window that a convolution, deconvolution or pooling moves over its input, however its sizes are written: one number
  /// for all spatial axes, one for each, or height and width by name.
  ///
  /// - Throws: a refusal for a layer of another type, and for sizes that are no whole numbers.
  package func window(of layer: LayerID) throws(Refusal.Reason) -> WindowSizes {
    let type = graph[layer].type
    guard type == "Pooling" || type.containsText("onvolution") else {
      throw Refusal.Reason(NoWindow(layer: graph.named(layer)))
    }
    let message = type == "Pooling" ? "pooling_param" : "convolution_param"
    func sizes(
      _ field: String, _ sides: [String], default fallback: Int
    ) throws(Refusal.Reason) -> [Int] {
      func integer(_ value: AttributeValue?) throws(Refusal.Reason) -> Int? {
        guard let value else { return nil }
        guard let integer = value.integer else {
          throw Refusal.Reason(NotWhole(layer: graph.named(layer), path: [message, field]))
        }
        return integer
      }
      // Sides come first, as in Caffe: written together with the common size they are an error there.
      if sides.contains(where: { writtenAttribute([message, $0], of: layer) != nil }) {
        var result: [Int] = []
        for side in sides {
          result.append(try integer(writtenAttribute([message, side], of: layer)) ?? fallback)
        }
        return result
      }
      guard let value = writtenAttribute([message, field], of: layer) else { return [fallback] }
      guard case .list(let items) = value else { return [try integer(value) ?? fallback] }
      var result: [Int] = []
      for item in items { result.append(try integer(item) ?? fallback) }
      return result.isEmpty ? [fallback] : result
    }
    return WindowSizes(
      kernel: try sizes("kernel_size", ["kernel_h", "kernel_w"], default: 1),
      stride: try sizes("stride", ["stride_h", "stride_w"], default: 1),
      pad: try sizes("pad", ["pad_h", "pad_w"], default: 0),
      dilation: try sizes("dilation", [], default: 1))
  }
}
