import CaffeIO
import Layers
import RuleModel

/// `fold-affine-input`: an affine layer folded into the layer that reads its output.
///
///     Scale:         γ·(s·x + t) + β = (γ·s)·x + (γ·t + β)
///     Convolution:   W'[o,i] = W[o,i]·s[c],  b'[o] = b[o] + Σ W[o,i,k]·t[c],  c = (o div (Cout/g))·(Cin/g) + i
///     InnerProduct:  W'[n,k] = W[n,k]·s[c],  b'[n] = b[n] + Σ W[n,k]·t[c],    c = k div (K/C)
///
/// A shift cannot pass a convolution that pads: the zeros around the input were never shifted.
struct FoldAffineInput: Kernel {
  let signature = KernelSignature(
    name: "fold-affine-input",
    summary: "Folds an affine layer into the Scale, convolution or inner product behind it.",
    parameters: [
      .init("from", .layer, summary: "The layer that multiplies and adds."),
      .init("into", .layer, summary: "The layer that reads its output and absorbs it."),
    ])

  func apply(_ arguments: KernelArguments, to net: WorkingNet) throws(Refusal.Reason) {
    let from = arguments.layer("from")
    let into = arguments.layer("into")
    let inner = try net.affine(of: from)
    try net.checkQuantisation(of: into)
    if net.described(into).facts?.blobs == .scale {
      try foldIntoScale(inner, from: from, into: into, net)
    } else {
      try foldIntoLinear(inner, from: from, into: into, net)
    }
  }

  private func foldIntoScale(
    _ inner: Affine, from: LayerID, into: LayerID, _ net: WorkingNet
  ) throws(Refusal.Reason) {
    let outer = try net.affine(of: into)
    // One number per channel on both sides, along the same axis.
    guard outer.axis == inner.axis, outer.axisCount == 1, inner.axisCount == 1 else {
      throw Refusal.Reason(
        OtherAxis(layer: net.graph.named(into), axis: outer.axis, count: outer.axisCount))
    }
    if var blobs = try net.blobs(of: into), let s = inner.scale, let gamma = outer.scale {
      guard s.count == gamma.count else {
        throw wrongCount(s.count, of: from, into: into, expected: gamma.count, net)
      }
      let t = inner.shift ?? Array(repeating: 0, count: s.count)
      let beta = outer.shift ?? Array(repeating: 0, count: s.count)
      blobs[0] = blobs[0].replacingValues(with: zip(gamma, s).map { $0 * $1 })
      if inner.hasShift || outer.hasShift {
        let shift = s.indices.map { gamma[$0] * t[$0] + beta[$0] }
        if blobs.count > 1 {
          blobs[1] = blobs[1].replacingValues(with: shift)
        } else {
          blobs.append(.values(shift, shape: [shift.count], storage: blobs[0].storage))
        }
      }
      net.setBlobs(blobs, of: into)
    }
    if inner.hasShift, !outer.hasShift {
      net.setAttribute(["scale_param", "bias_term"], to: .literal("true"), of: into)
    }
  }

  private func foldIntoLinear(
    _ affine: Affine, from: LayerID, into: LayerID, _ net: WorkingNet
  ) throws(Refusal.Reason) {
    let linear = try LinearLayer(into, in: net)
    guard linear.description.foldsInput, linear.geometry.map({ $0.input != nil }) ?? true else {
      throw Refusal.Reason(NoInputSide(layer: net.graph.named(into)))
    }
    guard affine.axis == 1, affine.axisCount == 1 || affine.axisCount == 0 else {
      throw Refusal.Reason(
        OtherAxis(layer: net.graph.named(from), axis: affine.axis, count: affine.axisCount))
    }
    let isShifted = affine.shift.map { $0.contains { $0 != 0 } } ?? affine.hasShift
    if isShifted, linear.pads { throw Refusal.Reason(InexactPadding(layer: net.graph.named(into))) }
    if var blobs = try net.blobs(of: into), let scale = affine.scale, let weights = net.weights,
      let geometry = linear.geometry, let input = geometry.input
    {
      let (channels, laid) = try channels(affine, from: from, into: into, input, net)
      func perChannel(_ values: [Double]) -> [Double] {
        values.count == 1 ? Array(repeating: values[0], count: channels) : values
      }
      if isShifted, let shift = affine.shift {
        let t = perChannel(shift)
        var bias = linear.hasBias ? try net.values(of: blobs[1], layer: into) : []
        if bias.isEmpty { bias = Array(repeating: 0, count: linear.outputCount) }
        let outputs = geometry.output.scale(Array(repeating: 1, count: linear.outputCount))
        let inputs = laid.scale(t)
        do {
          // Read in chunks: the sum needs every weight once, never all of them at once.
          try blobs[0].forEachChunk(from: weights) { start, chunk in
            for (offset, value) in chunk.enumerated() {
              let element = start + offset
              bias[outputs.channel(of: element)] += value * t[inputs.channel(of: element)]
            }
          }
        } catch {
          throw Refusal.Reason(UnreadableBlobs(layer: net.graph.named(into), error: error))
        }
        if linear.hasBias {
          blobs[1] = blobs[1].replacingValues(with: bias)
        } else {
          blobs.append(.values(bias, shape: [bias.count], storage: blobs[0].storage))
        }
      }
      blobs[0] = blobs[0].scaled(by: laid.scale(perChannel(scale)))
      net.setBlobs(blobs, of: into)
    }
    if isShifted, !linear.hasBias {
      net.setAttribute(linear.biasPath, to: .literal("true"), of: into)
    }
    try linear.checkMeaning(hasBias: linear.hasBias || isShifted, in: net)
  }

  private func wrongCount(
    _ found: Int, of from: LayerID, into: LayerID, expected: Int, _ net: WorkingNet
  ) -> Refusal.Reason {
    Refusal.Reason(
      ChannelCount(
        layer: net.graph.named(from), numbers: "scale", found: found, into: net.graph.named(into),
        expected: expected))
  }

  /// The number of input channels and where they lie; an inner product has as many as the affine layer, which must divide its
  /// inputs.
  private func channels(
    _ affine: Affine, from: LayerID, into: LayerID, _ input: LinearGeometry.Input, _ net: WorkingNet
  ) throws(Refusal.Reason) -> (Int, LinearGeometry.Layout) {
    let count = affine.channelCount ?? input.channelCount ?? 1
    guard let layout = input.layout(channels: count) else {
      throw wrongCount(count, of: from, into: into, expected: input.count, net)
    }
    return (count, layout)
  }
}
