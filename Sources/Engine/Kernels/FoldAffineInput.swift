import CaffeIO
import Rules

/// `fold-affine-input`: an affine layer folded into the layer that reads its output.
///
///     Scale:  γ·(s·x + t) + β = (γ·s)·x + (γ·t + β)
struct FoldAffineInput: Kernel {
  let signature = KernelSignature(
    name: "fold-affine-input",
    summary: "Folds an affine layer into the Scale behind it.",
    parameters: [
      .init("from", .layer, summary: "The layer that multiplies and adds."),
      .init("into", .layer, summary: "The Scale that reads its output and absorbs it."),
    ])

  func apply(_ arguments: KernelArguments, to net: WorkingNet) throws(Refusal.Reason) {
    let from = arguments.layer("from")
    let into = arguments.layer("into")
    guard net.graph[into].type == "Scale" else {
      throw .unsupported(layer: into, what: "folding into the input side of a \(net.graph[into].type) layer")
    }
    let inner = try net.affine(of: from)
    let outer = try net.affine(of: into)
    // One number per channel on both sides, along the same axis.
    guard outer.axis == inner.axis, outer.axisCount == 1, inner.axisCount == 1 else {
      throw .axis(layer: into, axis: outer.axis, count: outer.axisCount)
    }
    if var blobs = try net.blobs(of: into), let s = inner.scale, let gamma = outer.scale {
      guard s.count == gamma.count else {
        throw .channelCount(
          layer: from, what: "scale", found: s.count, into: into, expected: gamma.count)
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
}
