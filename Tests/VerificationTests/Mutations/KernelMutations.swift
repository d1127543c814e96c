@testable import Engine

/// Mistakes in kernels.
extension MutationTests {
  static let batchNorms: [Mutation] = [
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

  static func s(_ statistics: Statistics, _ scale: Double) -> (s: Double, t: Double) {
    (scale, -statistics.m * scale)
  }

  static let scales: [Mutation] = [
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

  static func fold(
    _ layer: inout OpenLayer, _ s: [Double], _ t: [Double], channel: ((Int) -> Int)? = nil
  ) {
    let copy = layer
    let channel = channel ?? copy.channel
    for element in layer.weights.indices { layer.weights[element] *= s[channel(element)] }
    for output in layer.bias.indices { layer.bias[output] = layer.bias[output] * s[output] + t[output] }
  }

  static let outputSides: [Mutation] = [
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

  static func foldInput(
    _ layer: inout OpenLayer, _ s: [Double], _ t: [Double], channel: ((Int) -> Int)? = nil
  ) {
    let copy = layer
    let channel = channel ?? { copy.inputChannel(of: $0, channels: s.count) }
    for (element, weight) in copy.weights.enumerated() {
      layer.bias[copy.channel(of: element)] += weight * t[channel(element)]
      layer.weights[element] *= s[channel(element)]
    }
  }

  static let inputSides: [Mutation] = [
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

  static let scalesOfScales: [Mutation] = [
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
}

extension Statistics {
  /// The mean that Caffe subtracts.
  var m: Double { factor == 0 ? 0 : mean / factor }
  /// The variance.
  var v: Double { factor == 0 ? 0 : variance / factor }
}
