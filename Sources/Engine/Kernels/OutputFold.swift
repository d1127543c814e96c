import CaffeIO
import RuleModel

/// The arithmetic that the output-side kernels share.
enum OutputFold {
  /// Folds `affine`, which `from` computes, into the linear layer that makes its input.
  ///
  /// Weights stay a description of the file's bytes and a factor per channel; factors of successive folds
  /// are multiplied in Double, so that a chain of folds rounds once, when it is written.
  static func apply(
    _ affine: Affine, from: LayerID, into: LayerID, in net: WorkingNet
  ) throws(Refusal.Reason) {
    let linear = try LinearLayer(into, in: net)
    // Behind the ReLU the weights are out of reach.
    if let relu = linear.description.fusedReLU {
      throw Refusal.Reason(EndsInReLU(layer: net.graph.named(into), path: relu.path))
    }
    let relu = net.described(from).layer?.fusedReLU
    if from != into, let relu, !linear.canFuseReLU {
      throw Refusal.Reason(EndsInReLU(layer: net.graph.named(from), path: relu.path))
    }
    try net.checkQuantisation(of: into)
    guard affine.isPerChannel(rank: linear.rank) else {
      throw Refusal.Reason(
        OtherAxis(layer: net.graph.named(from), axis: affine.axis, count: affine.axisCount))
    }
    if var blobs = try net.blobs(of: into), let scale = affine.scale, let geometry = linear.geometry {
      func perChannel(_ values: [Double], _ what: String) throws(Refusal.Reason) -> [Double] {
        if let channel = values.firstIndex(where: { !$0.isFinite }) {
          throw Refusal.Reason(NotFinite(layer: net.graph.named(from), numbers: what, channel: channel))
        }
        if values.count == 1 { return Array(repeating: values[0], count: linear.outputCount) }
        guard values.count == linear.outputCount else {
          throw Refusal.Reason(
            ChannelCount(
              layer: net.graph.named(from), numbers: what, found: values.count, into: net.graph.named(into),
              expected: linear.outputCount))
        }
        return values
      }
      let s = try perChannel(scale, "scale")
      let t = try affine.shift.map { (values) throws(Refusal.Reason) in try perChannel(values, "shift") }
      blobs[0] = blobs[0].scaled(by: geometry.output.scale(s))
      if linear.hasBias {
        var bias = try net.values(of: blobs[1], layer: into)
        for channel in bias.indices { bias[channel] = bias[channel] * s[channel] + (t?[channel] ?? 0) }
        blobs[1] = blobs[1].replacingValues(with: bias)
      } else if let t {
        blobs.append(.values(t, shape: [t.count], storage: blobs[0].storage))
      }
      net.setBlobs(blobs, of: into)
    }
    if !linear.hasBias, affine.hasShift {
      net.setAttribute(linear.biasPath, to: .literal("true"), of: into)
    }
    try linear.checkMeaning(hasBias: linear.hasBias || affine.hasShift, in: net)
    if from != into, let relu {
      let message = type(of: linear.description).message
      net.setAttribute([message, "relu"], to: .literal("true"), of: into)
      // A slope that the layer has without a fused ReLU means nothing until now.
      let slope: [NewTextField.Value] = relu.slope == 0 ? [] : [.literal("\(relu.slope)")]
      net.setAttribute([message, "negative_slope"], to: slope, of: into)
    }
  }
}
