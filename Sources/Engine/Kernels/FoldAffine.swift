import RuleModel

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
    var affine = Affine(scale: nil, shift: nil, hasShift: arguments.gives("shift"))
    if net.weights != nil {
      affine.scale = arguments.vector("scale") ?? [1]
      affine.shift = arguments.vector("shift")
    }
    let into = arguments.layer("into")
    try OutputFold.apply(affine, from: into, into: into, in: net)
  }
}
