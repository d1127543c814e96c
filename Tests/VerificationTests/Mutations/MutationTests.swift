import Diagnostics
import Foundation
import RuleModel
import Rules
import Testing

@testable import Engine
@testable import Verification

/// Mistakes in the program's rules and kernels: each must be found by `rules prove`, on nets that it makes up, and by the
/// check of every rewrite, on the weights of one net. Documentation/Mutations.md has the table of what found what.
@Suite struct MutationTests {
  static let all: [Mutation] =
    batchNorms + scales + outputSides + inputSides + scalesOfScales + rules

  // MARK: Kernels

  private static let batchNorms: [Mutation] = [
    Mutation(
      "conv-bn", "eps forgotten", .batchNorm { s($0, 1 / $0.v.squareRoot()) }, on: MutationNets.batchNorm),
    Mutation(
      "conv-bn", "eps outside of the root", .batchNorm { s($0, 1 / ($0.v.squareRoot() + $0.epsilon)) },
      on: MutationNets.batchNorm),
    Mutation(
      "conv-bn", "another eps", .batchNorm { s($0, 1 / ($0.v + 2 * $0.epsilon).squareRoot()) },
      on: MutationNets.batchNorm),
    Mutation(
      "conv-bn", "factor forgotten",
      .batchNorm {
        let scale = 1 / ($0.variance + $0.epsilon).squareRoot()
        return (scale, -$0.mean * scale)
      }, on: MutationNets.batchNorm),
    Mutation(
      "conv-bn", "factor multiplied with instead of divided by",
      .batchNorm {
        let scale = 1 / ($0.variance * $0.factor + $0.epsilon).squareRoot()
        return (scale, -$0.mean * $0.factor * scale)
      }, on: MutationNets.batchNorm),
    Mutation(
      "conv-bn", "sign of the mean",
      .batchNorm {
        let scale = 1 / ($0.v + $0.epsilon).squareRoot()
        return (scale, $0.m * scale)
      }, on: MutationNets.batchNorm),
    Mutation("conv-bn", "no root", .batchNorm { s($0, 1 / ($0.v + $0.epsilon)) }, on: MutationNets.batchNorm),
    Mutation(
      "conv-bn", "mean not scaled",
      .batchNorm { (1 / ($0.v + $0.epsilon).squareRoot(), -$0.m) }, on: MutationNets.batchNorm),
  ]

  private static func s(_ statistics: Statistics, _ scale: Double) -> (s: Double, t: Double) {
    (scale, -statistics.m * scale)
  }

  private static let scales: [Mutation] = [
    Mutation(
      "conv-scale", "factor inverted", .scale { $0.scale = $0.scale?.map { 1 / $0 } }, on: MutationNets.scale),
    Mutation("conv-scale", "summand forgotten", .scale { $0.shift = [0] }, on: MutationNets.scale),
    Mutation(
      "conv-scale", "sign of the summand", .scale { $0.shift = $0.shift?.map { -$0 } }, on: MutationNets.scale
    ),
    Mutation(
      "conv-scale", "the neighbour's factor",
      .scale { $0.scale = $0.scale.map { Array($0.dropFirst()) + $0.prefix(1) } }, on: MutationNets.scale),
    Mutation(
      "conv-scale", "the factor's magnitude", .scale { $0.scale = $0.scale?.map { -$0.magnitude } },
      on: MutationNets.scale),
  ]

  private static func fold(
    _ layer: inout OpenLayer, _ s: [Double], _ t: [Double], channel: ((Int) -> Int)? = nil
  ) {
    let copy = layer
    let channel = channel ?? copy.channel
    for element in layer.weights.indices { layer.weights[element] *= s[channel(element)] }
    for output in layer.bias.indices { layer.bias[output] = layer.bias[output] * s[output] + t[output] }
  }

  private static let outputSides: [Mutation] = [
    Mutation(
      "conv-scale", "b + t instead of b·s + t",
      .output { layer, s, t in
        let bias = layer.bias
        fold(&layer, s, t)
        layer.bias = zip(bias, t).map { $0 + $1 }
      }, on: MutationNets.scale),
    Mutation(
      "conv-scale", "the bias dropped",
      .output { layer, s, t in
        fold(&layer, s, t)
        layer.bias = t
      }, on: MutationNets.scale),
    Mutation(
      "conv-scale", "only the bias folded",
      .output { layer, s, t in
        let weights = layer.weights
        fold(&layer, s, t)
        layer.weights = weights
      }, on: MutationNets.scale),
    Mutation(
      "conv-scale", "folded twice",
      .output { layer, s, t in
        fold(&layer, s, t)
        fold(&layer, s, t)
      }, on: MutationNets.scale),
    Mutation(
      "conv-scale", "the kernel's first place left out",
      .output { layer, s, t in
        let weights = layer.weights
        fold(&layer, s, t)
        for element in stride(from: 0, to: weights.count, by: layer.kernel) {
          layer.weights[element] = weights[element]
        }
      }, on: MutationNets.scale),
    Mutation(
      "conv-scale", "the last output channel left out",
      .output { layer, s, t in
        let last = s.count - 1
        fold(&layer, s.prefix(last) + [1], t.prefix(last) + [0])
      }, on: MutationNets.scale),
    Mutation(
      "conv-scale", "input channels scaled",
      .output { layer, s, t in
        let (kernel, depth) = (layer.kernel, layer.depth)
        fold(&layer, s, t) { $0 / kernel % depth % s.count }
      }, on: MutationNets.scale),
    Mutation(
      "conv-scale", "a deconvolution's axis taken for a convolution's",
      .output { layer, s, t in
        let rest = layer.weights.count / s.count
        fold(&layer, s, t) { $0 / rest }
      }, on: MutationNets.deconvolution),
    Mutation(
      "conv-scale", "a deconvolution's groups forgotten",
      .output { layer, s, t in
        let geometry = layer.geometry
        fold(&layer, s, t) { $0 / geometry.output.inner % geometry.output.modulus }
      }, on: MutationNets.groupedDeconvolution),
    Mutation(
      "conv-scale", "a transposed inner product taken for one that is not",
      .output { layer, s, t in
        let rest = layer.weights.count / s.count
        let isTransposed = layer.linear.rank == 2 && layer.geometry.output.inner == 1
        let copy = layer
        fold(&layer, s, t) { isTransposed ? $0 / rest : copy.channel(of: $0) }
      }, on: MutationNets.transposedInnerProduct),
    Mutation(
      "conv-bn", "composed in single precision",
      .output(of: "fold-batch-norm") { layer, s, t in
        let bias = layer.bias
        fold(&layer, s, t)
        layer.bias = bias.indices.map { Double(Float(bias[$0]) * Float(s[$0]) + Float(t[$0])) }
      }, on: MutationNets.largeMean),
  ]

  private static func foldInput(
    _ layer: inout OpenLayer, _ s: [Double], _ t: [Double], channel: ((Int) -> Int)? = nil
  ) {
    let copy = layer
    let channel = channel ?? { copy.inputChannel(of: $0, channels: s.count) }
    for (element, weight) in copy.weights.enumerated() {
      layer.bias[copy.channel(of: element)] += weight * t[channel(element)]
      layer.weights[element] *= s[channel(element)]
    }
  }

  private static let inputSides: [Mutation] = [
    Mutation(
      "affine-conv", "Σ W·t forgotten",
      .input { layer, s, t in
        let bias = layer.bias
        foldInput(&layer, s, t)
        layer.bias = bias
      }, on: MutationNets.scaleBeforeConvolution),
    Mutation(
      "affine-conv", "Σ W·t of the scaled weights",
      .input { layer, s, t in foldInput(&layer, s, zip(s, t).map { $0 * $1 }) },
      on: MutationNets.scaleBeforeConvolution),
    Mutation(
      "affine-conv", "the bias multiplied",
      .input { layer, s, t in
        layer.bias = layer.bias.map { $0 * s[0] }
        foldInput(&layer, s, t)
      }, on: MutationNets.scaleBeforeConvolution),
    Mutation(
      "affine-conv", "output channels scaled",
      .input { layer, s, t in
        let copy = layer
        foldInput(&layer, s, t) { copy.channel(of: $0) % s.count }
      }, on: MutationNets.scaleBeforeConvolution),
    Mutation(
      "affine-conv", "groups forgotten",
      .input { layer, s, t in
        let (kernel, depth) = (layer.kernel, layer.depth)
        let copy = layer
        foldInput(&layer, s, t) {
          copy.linear.rank > 2 ? $0 / kernel % depth : copy.inputChannel(of: $0, channels: s.count)
        }
      }, on: MutationNets.scaleBeforeGroups),
    Mutation(
      "affine-conv", "folded in spite of padding",
      .input(ignoresPadding: true) { layer, s, t in foldInput(&layer, s, t) },
      on: MutationNets.scaleBeforePadding),
    Mutation(
      "affine-conv", "an inner product's channels taken to alternate",
      .input { layer, s, t in
        let copy = layer
        let isTransposed = layer.linear.rank == 2 && layer.geometry.output.inner == 1
        foldInput(&layer, s, t) {
          if copy.linear.rank > 2 { return copy.inputChannel(of: $0, channels: s.count) }
          return (isTransposed ? $0 / copy.outputs : $0 % (copy.weights.count / copy.outputs)) % s.count
        }
      }, on: MutationNets.scaleBeforeInnerProduct),
  ]

  private static let scalesOfScales: [Mutation] = [
    Mutation(
      "scale-scale", "the inner summand not multiplied", .scales { ($0.s * $1.s, $0.t + $1.t) },
      on: MutationNets.twoScales),
    Mutation(
      "scale-scale", "the outer summand forgotten", .scales { ($0.s * $1.s, $0.t * $1.s) },
      on: MutationNets.twoScales),
    Mutation(
      "scale-scale", "the outer one folded into the inner", .scales { ($0.s * $1.s, $0.t + $0.s * $1.t) },
      on: MutationNets.twoScales),
  ]

  // MARK: Rules

  private static let rules: [Mutation] = [
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

  // MARK: Tests

  @Test func thereAreManyAndNoTwoAlike() {
    #expect(Self.all.count >= 45)
    #expect(Set(Self.all.map(\.testDescription)).count == Self.all.count)
  }

  @Test func thePageNamesThemAll() throws {
    let page = try String(
      contentsOf: URL(fileURLWithPath: #filePath).appending(path: "../../../../Documentation/Mutations.md")
        .standardizedFileURL, encoding: .utf8)
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }
    #expect(rows.count == Self.all.count)
    for mutation in Self.all {
      #expect(rows.contains { $0.hasPrefix("| `\(mutation.rule)` | \(mutation.name) |") }, "\(mutation.name)")
    }
  }

  @Test(arguments: all)
  func isFoundByProof(mutation: Mutation) throws {
    var options = ProofOptions()
    options.planning = mutation.planning
    let proof = try RuleProver.prove(
      try mutation.changedRule(), layouts: try BuiltinRules.load().layouts, options: options)
    guard case .wrong(let example) = proof.verdict else {
      Issue.record("\(mutation.testDescription): \(proof.word), \(proof.compared) nets compared")
      return
    }
    let layers = example.instance.definition.layers.map(\.type).joined(separator: ", ")
    print("| \(mutation.rule) | \(mutation.name) | prove | net \(proof.compared): \(layers) |")
  }

  @Test(arguments: all)
  func isFoundByTheCheck(mutation: Mutation) throws {
    let example = mutation.net()
    let file = try example.file()
    let plan = try example.plan(file, rule: try mutation.changedRule(), options: mutation.planning)
    #expect(!plan.rewrites.isEmpty)
    let report = try RewriteChecker(plan, weights: file).check()
    let failure = try #require(report.failures.first, "\(mutation.testDescription): \(report.sites)")
    let difference = try #require(failure.unrounded ?? failure.difference)
    print("| \(mutation.rule) | \(mutation.name) | check | \(NumberText.scientific(difference.relative)) |")
  }

  /// The same rules and kernels without the mistakes, on the same nets; those whose mistake is to match do not match.
  @Test(arguments: all)
  func theRightOnePasses(mutation: Mutation) throws {
    let example = mutation.net()
    let file = try example.file()
    let plan = try example.plan(file, rule: try Mutation.rule(mutation.rule))
    let report = try RewriteChecker(plan, weights: file).check()
    #expect(report.failures.isEmpty)
    if mutation.name != "folded in spite of padding", !mutation.edits.contains(where: { $0.new.isEmpty }) {
      #expect(plan.rewrites.count == 1 && report.comparedRewrites == 1)
    }
  }

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

  @Test(arguments: right)
  func rightVariantsAreNotRejected(variant: Mutation) throws {
    let rule = try variant.changedRule()
    let example = variant.net()
    let file = try example.file()
    let plan = try example.plan(file, rule: rule, options: variant.planning)
    let report = try RewriteChecker(plan, weights: file).check()
    #expect(report.failures.isEmpty && report.comparedRewrites == 1)
    var options = ProofOptions()
    options.instances = 60
    options.planning = variant.planning
    let proof = try RuleProver.prove(rule, layouts: try BuiltinRules.load().layouts, options: options)
    #expect(proof.isGood, "\(proof.error(for: rule, options: options)?.text ?? "")")
  }
}

extension Statistics {
  /// The mean that Caffe subtracts.
  fileprivate var m: Double { factor == 0 ? 0 : mean / factor }
  /// The variance.
  fileprivate var v: Double { factor == 0 ? 0 : variance / factor }
}
