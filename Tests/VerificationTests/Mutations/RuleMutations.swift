@testable import Engine

/// Mistakes in the texts of rules.
extension MutationTests {
  static let rules: [Mutation] = [
    Mutation(
      "conv-bn-scale", "the Scale removed and not folded",
      "      - {kernel: fold-scale, from: scale, into: conv}\n", "", on: MutationNets.batchNormAndScale),
    Mutation(
      "conv-bn-scale", "the Scale folded before the BatchNorm",
      """
            - {kernel: fold-batch-norm, from: bn, into: conv}
            - {kernel: fold-scale, from: scale, into: conv}
      """,
      """
            - {kernel: fold-scale, from: scale, into: conv}
            - {kernel: fold-batch-norm, from: bn, into: conv}
      """, on: MutationNets.batchNormAndScale),
    Mutation(
      "concat-affine", "factors for summands", "shift: \"part(t, conv)\"", "shift: \"part(s, conv)\"",
      on: MutationNets.concat),
    Mutation(
      "concat-affine", "a part's neighbour", "scale: \"part(s, conv)\"",
      "scale: \"part(concat([s[1:], s[:1]]), conv)\"", on: MutationNets.concat),
    Mutation(
      "concat-affine", "a Scale's part not multiplied", "to: \"scale.blobs[0] * part(s, scale)\"",
      "to: \"scale.blobs[0]\"", on: MutationNets.concat),
    Mutation(
      "concat-affine", "a Scale's b + t instead of b·s + t",
      "to: scale.blobs[1] * part(s, scale) + part(t, scale)", "to: scale.blobs[1] + part(t, scale)",
      on: MutationNets.concat),
    Mutation(
      "bn-to-scale", "sign of the summand", "t: affine(bn).shift", "t: -affine(bn).shift",
      on: MutationNets.batchNormAlone),
    Mutation(
      "bn-to-scale", "factor and summand swapped", "blobs: [s, t]", "blobs: [t, s]",
      on: MutationNets.batchNormAlone),
    Mutation(
      "remove-dropout", "one that multiplies at TEST removed",
      "          - that: attr(dropout, 'dropout_param.scale_train', true)\n"
        + "            because: \"it says 'scale_train: false', so it multiplies its input at TEST\"\n", "",
      on: MutationNets.scalingDropout),
    Mutation(
      "remove-power-identity", "the summand not looked at", " and power.power_param.shift == 0", "",
      on: MutationNets.shiftingPower),
    Mutation(
      "remove-pooling-identity", "the stride not looked at",
      " and attr(pool, 'pooling_param.stride', 1) == 1", "", on: MutationNets.stridingPooling),
    Mutation(
      "pointwise-behind-conv", "padding not looked at", " and all(window(point).pad == 0)", "",
      on: MutationNets.paddedPointwiseBehind),
    Mutation(
      "pointwise-behind-conv", "the first bias dropped",
      "reshape(matmul(mix, reshape(conv.blobs[1], [g, m / g, 1])), o)",
      "zeros(o)", on: MutationNets.pointwiseBehind),
    Mutation(
      "pointwise-behind-conv", "the strides not multiplied", "to: window(conv).stride * window(point).stride",
      "to: window(conv).stride", on: MutationNets.stridedPointwiseBehind),
    Mutation(
      "sum-of-convs", "coefficients swapped", "first: where(sum.bottoms[0].name == a.tops[0].name, 0, 1)",
      "first: where(sum.bottoms[0].name == a.tops[0].name, 1, 0)", on: MutationNets.sumOfConvolutions),
  ]
}
