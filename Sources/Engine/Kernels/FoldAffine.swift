import CaffeIO
import Rules

/// `fold-affine`: W'[o] = W[o]·scale[o], b' = b·scale + shift.
struct FoldAffine: Kernel {
  let signature = KernelSignature(
    name: "fold-affine",
    summary: "Folds y = scale·x + shift, per output channel, into the layer whose output x is.",
    parameters: [
      .init(
        "into", .layer, summary: "The layer that absorbs it: a convolution, deconvolution or inner product."),
      .init(
        "scale", .vector, isRequired: false,
        summary: "One factor per output channel, or one for all; 1 if absent."),
      .init(
        "shift", .vector, isRequired: false,
        summary: "One summand per output channel, or one for all; 0 if absent."),
    ])

  func apply(_ arguments: KernelArguments, to net: WorkingNet) throws(Refusal.Reason) {
    var affine = Affine(scale: nil, shift: nil, hasShift: arguments.vectors["shift"] != nil)
    if net.weights != nil {
      affine.scale = (arguments.vectors["scale"] ?? nil) ?? [1]
      affine.shift = arguments.vectors["shift"] ?? nil
    }
    let into = arguments.layer("into")
    try OutputFold.apply(affine, from: into, into: into, in: net)
  }
}

/// `fold-batch-norm`: the layer's stored statistics, whatever dialect its blobs are in, folded into `into`.
struct FoldBatchNorm: Kernel {
  let signature = KernelSignature(
    name: "fold-batch-norm",
    summary: "Folds a normalisation by stored statistics into the layer whose output it normalises.",
    parameters: [
      .init("from", .layer, summary: "The normalisation; its blobs are read by the layout that fits them."),
      .init("into", .layer, summary: "The layer that absorbs it."),
    ])

  func apply(_ arguments: KernelArguments, to net: WorkingNet) throws(Refusal.Reason) {
    let from = arguments.layer("from")
    try OutputFold.apply(try net.affine(of: from), from: from, into: arguments.layer("into"), in: net)
  }
}

/// `fold-scale`: a Scale, Bias or other layer without statistics, folded into `into`.
struct FoldScale: Kernel {
  let signature = KernelSignature(
    name: "fold-scale",
    summary: "Folds a layer that multiplies and adds per channel into the layer whose output it reads.",
    parameters: [
      .init("from", .layer, summary: "The layer that multiplies and adds."),
      .init("into", .layer, summary: "The layer that absorbs it."),
    ])

  func apply(_ arguments: KernelArguments, to net: WorkingNet) throws(Refusal.Reason) {
    let from = arguments.layer("from")
    try OutputFold.apply(try net.affine(of: from), from: from, into: arguments.layer("into"), in: net)
  }
}

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
    guard affine.isPerChannel(rank: linear.rank) else {
      throw .axis(layer: from, axis: affine.axis, count: affine.axisCount)
    }
    if var blobs = try net.blobs(of: into), let scale = affine.scale {
      func perChannel(_ values: [Double], _ what: String) throws(Refusal.Reason) -> [Double] {
        if values.count == 1 { return Array(repeating: values[0], count: linear.outputCount) }
        guard values.count == linear.outputCount else {
          throw .channelCount(
            layer: from, what: what, found: values.count, into: into, expected: linear.outputCount)
        }
        if let channel = values.firstIndex(where: { !$0.isFinite }) {
          throw .notFinite(layer: from, what: what, channel: channel)
        }
        return values
      }
      let s = try perChannel(scale, "scale")
      let t = try affine.shift.map { (values) throws(Refusal.Reason) in try perChannel(values, "shift") }
      blobs[0] = blobs[0].scaled(by: linear.scale(s))
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
  }
}
