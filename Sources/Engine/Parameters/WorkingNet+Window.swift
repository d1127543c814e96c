import Layers
import RuleModel

extension WorkingNet {
  /// The window that a convolution, deconvolution or pooling moves over its input, however its sizes are written: one number
  /// for all spatial axes, one for each, or height and width by name.
  ///
  /// - Throws: a refusal for a layer of another type, and for sizes that are no whole numbers.
  package func window(of layer: LayerID) throws(Refusal.Reason) -> WindowSizes {
    guard let window = try usable(layer).layer?.window else {
      throw Refusal.Reason(NoWindow(layer: graph.named(layer)))
    }
    guard window.padBehind == nil else { throw Refusal.Reason(UnevenPadding(layer: graph.named(layer))) }
    func sizes(_ written: [Int], or fallback: Int) -> [Int] { written.isEmpty ? [fallback] : written }
    return WindowSizes(
      kernel: sizes(window.kernel, or: 1), stride: sizes(window.stride, or: 1), pad: sizes(window.pad, or: 0),
      dilation: sizes(window.dilation, or: 1))
  }
}
