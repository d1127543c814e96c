/// Nets in which the rules of the mutations find something.
enum MutationNets {
  private static let shift = "scale_param { bias_term: true }"

  /// A linear layer, of six outputs, and what follows it.
  private static func linear(
    _ type: String = "Convolution", _ parameters: String = "kernel_size: 3 pad: 1",
    _ weights: [Int] = [6, 6, 3, 3], input: [Int] = [1, 6, 5, 5], bias: Double = 0
  ) -> Example {
    var net = Example(input)
    let message = type == "InnerProduct" ? "inner_product_param" : "convolution_param"
    net.add(
      "conv", type, "data", "\(message) { num_output: 6 \(parameters) }", blobs: [(weights, 0), ([6], bias)])
    return net
  }

  @Sendable static func batchNorm() -> Example {
    var net = linear()
    net.add("bn", "BatchNorm", "conv", blobs: [([6], 1), ([6], 2), ([1], 3)])
    return net
  }

  /// A bias and a mean that are large and nearly equal.
  @Sendable static func largeMean() -> Example {
    var net = linear(bias: 1000)
    net.add("bn", "BN", "conv", blobs: [([6], 1.5), ([6], 0), ([6], 1000), ([6], 2)])
    return net
  }

  @Sendable static func batchNormAndScale() -> Example {
    var net = linear()
    net.addNormalisation("conv", channels: 6)
    return net
  }

  @Sendable static func scale() -> Example { scaled(linear()) }

  @Sendable static func deconvolution() -> Example {
    scaled(linear("Deconvolution", "kernel_size: 2 stride: 2", [6, 6, 2, 2]))
  }

  @Sendable static func groupedDeconvolution() -> Example {
    scaled(linear("Deconvolution", "kernel_size: 2 stride: 2 group: 3", [6, 2, 2, 2]))
  }

  @Sendable static func transposedInnerProduct() -> Example {
    scaled(linear("InnerProduct", "transpose: true", [6, 6], input: [1, 6, 1, 1]))
  }

  private static func scaled(_ net: Example) -> Example {
    var net = net
    net.add("scale", "Scale", "conv", shift, blobs: [([6], 1), ([6], 2)])
    return net
  }

  private static func behindScale(
    _ type: String, _ parameters: String, _ weights: [Int], input: [Int]
  ) -> Example {
    var net = Example(input)
    net.add("scale", "Scale", "data", shift, blobs: [([input[1]], 1), ([input[1]], 2)])
    let message = type == "InnerProduct" ? "inner_product_param" : "convolution_param"
    net.add(
      "conv", type, "scale", "\(message) { num_output: 6 \(parameters) }", blobs: [(weights, 0), ([6], 0)])
    return net
  }

  @Sendable static func scaleBeforeConvolution() -> Example {
    behindScale("Convolution", "kernel_size: 3", [6, 4, 3, 3], input: [1, 4, 5, 5])
  }

  @Sendable static func scaleBeforeGroups() -> Example {
    behindScale("Convolution", "kernel_size: 3 group: 2", [6, 2, 3, 3], input: [1, 4, 5, 5])
  }

  @Sendable static func scaleBeforePadding() -> Example {
    behindScale("Convolution", "kernel_size: 3 pad: 1", [6, 4, 3, 3], input: [1, 4, 5, 5])
  }

  @Sendable static func scaleBeforeInnerProduct() -> Example {
    behindScale("InnerProduct", "", [6, 36], input: [1, 4, 3, 3])
  }

  @Sendable static func twoScales() -> Example {
    var net = Example([1, 4, 5, 5])
    net.add("first", "Scale", "data", shift, blobs: [([4], 1), ([4], 2)])
    net.add("second", "Scale", "first", shift, blobs: [([4], 1), ([4], 2)])
    return net
  }

  /// A convolution and a Scale side by side, and a BatchNorm behind both.
  @Sendable static func concat() -> Example {
    var net = Example([1, 6, 5, 5])
    net.add(
      "conv", "Convolution", "data", "convolution_param { num_output: 6 kernel_size: 3 pad: 1 }",
      blobs: [([6, 6, 3, 3], 0), ([6], 0)])
    net.add("side", "Scale", "data", shift, blobs: [([6], 1), ([6], 2)])
    net.add("concat", "Concat", "conv", and: "side")
    net.add("bn", "BatchNorm", "concat", blobs: [([12], 1), ([12], 2), ([1], 3)])
    return net
  }

  @Sendable static func batchNormAlone() -> Example {
    var net = Example([1, 6, 5, 5])
    net.add("bn", "BatchNorm", "data", blobs: [([6], 1), ([6], 2), ([1], 3)])
    return net
  }

  private static func between(_ type: String, _ parameters: String) -> Example {
    var net = Example([1, 6, 6, 6])
    net.add("before", "ReLU", "data")
    net.add("it", type, "before", parameters)
    net.add("after", "TanH", "it")
    return net
  }

  @Sendable static func scalingDropout() -> Example {
    between("Dropout", "dropout_param { dropout_ratio: 0.25 scale_train: false }")
  }

  @Sendable static func shiftingPower() -> Example { between("Power", "power_param { shift: 0.5 }") }

  @Sendable static func stridingPooling() -> Example {
    between("Pooling", "pooling_param { kernel_size: 1 stride: 2 }")
  }

  private static func pointwise(_ parameters: String) -> Example {
    var net = Example([1, 6, 7, 7])
    net.add(
      "conv", "Convolution", "data", "convolution_param { num_output: 8 kernel_size: 3 }",
      blobs: [([8, 6, 3, 3], 0), ([8], 1)])
    net.add(
      "point", "Convolution", "conv", "convolution_param { num_output: 2 kernel_size: 1 \(parameters) }",
      blobs: [([2, 8, 1, 1], 0), ([2], 1)])
    return net
  }

  @Sendable static func pointwiseBehind() -> Example { pointwise("") }
  @Sendable static func paddedPointwiseBehind() -> Example { pointwise("pad: 1") }
  @Sendable static func stridedPointwiseBehind() -> Example { pointwise("stride: 2") }

  @Sendable static func sumOfConvolutions() -> Example {
    var net = Example([1, 6, 7, 7])
    for (name, kernel) in [("a", "kernel_size: 3 pad: 1"), ("b", "kernel_size: 1")] {
      let size = name == "a" ? 3 : 1
      net.add(
        name, "Convolution", "data", "convolution_param { num_output: 6 \(kernel) }",
        blobs: [([6, 6, size, size], 0), ([6], 1)])
    }
    net.add("sum", "Eltwise", "a", "eltwise_param { operation: SUM coeff: 0.5 coeff: 2 }", and: "b")
    return net
  }
}
