import RuleModel

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
    try OutputFold.apply(
      try net.affineBeforeReLU(of: from), from: from, into: arguments.layer("into"), in: net)
  }
}
