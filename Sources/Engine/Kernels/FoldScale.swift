import RuleModel

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
    try OutputFold.apply(
      try net.affineBeforeReLU(of: from), from: from, into: arguments.layer("into"), in: net)
  }
}
