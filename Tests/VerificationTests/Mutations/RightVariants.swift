@testable import Engine

extension MutationTests {
  /// Other ways to do the same: neither may call them wrong. The kernels are the hands that the mistakes above are made
  /// with.
  static let right: [Mutation] = [
    Mutation(
      "conv-bn", "BatchNorm by an expression",
      edits: [
        (
          "{kernel: fold-batch-norm, from: bn, into: conv}",
          "{kernel: fold-affine, into: conv, scale: affine(bn).scale, shift: affine(bn).shift}"
        )
      ], on: MutationNets.batchNorm),
    Mutation(
      "conv-bn-scale", "BatchNorm and Scale as one factor",
      edits: [
        ("      - {kernel: fold-scale, from: scale, into: conv}\n", ""),
        (
          "scale: {type: Scale, bottom: bn}",
          """
          scale:
                  type: Scale
                  bottom: bn
                  where: scale.scale_param.axis == 1 and scale.scale_param.num_axes == 1
          """
        ),
        (
          "{kernel: fold-batch-norm, from: bn, into: conv}",
          """
          kernel: fold-affine
                  into: conv
                  scale: affine(bn).scale * affine(scale).scale
                  shift: affine(bn).shift * affine(scale).scale + affine(scale).shift
          """
        ),
      ], on: MutationNets.batchNormAndScale),
    Mutation(
      "bn-to-scale", "the summand negated twice",
      edits: [("t: affine(bn).shift", "t: 0 - (0 - affine(bn).shift)")], on: MutationNets.batchNormAlone),
    Mutation(
      "conv-bn", "statistics by hand", .batchNorm { s($0, 1 / ($0.v + $0.epsilon).squareRoot()) },
      on: MutationNets.batchNorm),
    Mutation("conv-scale", "the same function", .scale { _ in }, on: MutationNets.scale),
    Mutation("conv-scale", "output side by hand", .output { fold(&$0, $1, $2) }, on: MutationNets.scale),
    Mutation(
      "conv-scale", "deconvolution by hand", .output { fold(&$0, $1, $2) },
      on: MutationNets.groupedDeconvolution),
    Mutation(
      "conv-bn", "a large mean by hand", .output(of: "fold-batch-norm") { fold(&$0, $1, $2) },
      on: MutationNets.largeMean),
    Mutation(
      "affine-conv", "input side by hand", .input { foldInput(&$0, $1, $2) },
      on: MutationNets.scaleBeforeGroups),
    Mutation(
      "scale-scale", "Scales by hand", .scales { ($0.s * $1.s, $0.t * $1.s + $1.t) },
      on: MutationNets.twoScales),
  ]
}
