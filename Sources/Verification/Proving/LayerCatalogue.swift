/// The layer types that instances are made of, and how parameters for them are drawn.
///
/// Types that need none, or that run with Caffe's defaults, have an empty closure. PriorBox and DetectionOutput are
/// missing: they make boxes of nothing that a small net has.
enum LayerCatalogue {
  /// How a layer of a type is drawn.
  struct Entry: Sendable {
    /// How many bottoms it may have.
    var bottoms: ClosedRange<Int>
    /// How many tops it may have.
    var tops: ClosedRange<Int>
    /// Draws its parameters.
    var draw: @Sendable (inout LayerSketch) -> Void

    init(
      bottoms: ClosedRange<Int> = 1...1, tops: ClosedRange<Int> = 1...1,
      _ draw: @escaping @Sendable (inout LayerSketch) -> Void = { _ in }
    ) {
      self.bottoms = bottoms
      self.tops = tops
      self.draw = draw
    }
  }

  /// How a type is drawn; one that nobody knows has one bottom, one top and no parameters.
  static func entry(_ type: String) -> Entry { entries[type] ?? Entry() }

  /// The known types, in alphabetical order.
  static let types = entries.keys.sorted()

  private static let entries: [String: Entry] = [
    "AbsVal": Entry(), "BNLL": Entry(), "Sigmoid": Entry(), "Silence": Entry(tops: 0...0), "TanH": Entry(),
    "ReLU6": Entry(),
    "ArgMax": Entry { $0.set("argmax_param", "axis", oneOf: [nil, "1"]) },
    "Axpy": Entry(bottoms: 3...3),
    "BatchNorm": Entry(normalisation("batch_norm_param")),
    "Bias": Entry(bottoms: 1...2, operand("bias_param")),
    "BN": Entry {
      normalisation("bn_param")(&$0)
      $0.set("bn_param", "bn_mode", oneOf: [nil, "INFERENCE"])
    },
    "Clip": Entry {
      $0.set("clip_param", "min", oneOf: ["0", "-1"])
      $0.set("clip_param", "max", oneOf: ["6", "1"])
    },
    "Concat": Entry(bottoms: 1...3) { $0.set("concat_param", "axis", oneOf: [nil, "1", "0", "-1"]) },
    "Convolution": Entry(convolution), "ConvolutionDepthwise": Entry(depthwise),
    "DepthwiseConvolution": Entry(depthwise), "Deconvolution": Entry(convolution),
    "Crop": Entry(bottoms: 2...2),
    "CuDNNBatchNorm": Entry(normalisation("bn_param")),
    "Dropout": Entry {
      $0.set("dropout_param", "dropout_ratio", oneOf: [nil, "0.25", "0.9"])
      $0.set("dropout_param", "scale_train", oneOf: [nil, nil, "false", "true"])
    },
    "Eltwise": Entry(bottoms: 2...3) { sketch in
      let operation: String? = sketch.pick("operation", [nil, "SUM", "PROD", "MAX"])
      sketch.parameters["eltwise_param", "operation"] = operation.map { [$0] }
      if operation == nil || operation == "SUM", sketch.happens("coeff") {
        sketch.parameters["eltwise_param", "coeff"] = sketch.bottoms.indices.map {
          sketch.pick("coeff.\($0)", ["1", "-1", "0.5"])
        }
      }
    },
    "ELU": Entry { $0.set("elu_param", "alpha", oneOf: [nil, "0.5"]) },
    "Exp": Entry(exponent("exp_param")),
    "Flatten": Entry { $0.set("flatten_param", "axis", oneOf: [nil, "1", "2"]) },
    "InnerProduct": Entry { sketch in
      let isKept = sketch.happens("keeps channels", oneIn: 3)
      sketch.set(
        "inner_product_param", "num_output",
        [isKept ? sketch.channels : 1 + sketch.choose("num_output", below: 6)])
      sketch.set("inner_product_param", "bias_term", oneOf: ["false", nil, "true"])
      sketch.set("inner_product_param", "transpose", oneOf: [nil, "false", "true"])
      sketch.set("inner_product_param", "axis", oneOf: [nil, nil, nil, "1", "2", "-1"])
    },
    "Interp": Entry { $0.set("interp_param", "zoom_factor", oneOf: ["1", "2"]) },
    "Log": Entry {
      $0.set("log_param", "scale", oneOf: ["0.125", "0.25"])
      $0.set("log_param", "shift", oneOf: ["4", "8"])
    },
    "LRN": Entry {
      $0.set("lrn_param", "local_size", oneOf: ["1", "3", "5"])
      $0.set("lrn_param", "alpha", oneOf: ["1", "0.5"])
    },
    "MVN": Entry {
      $0.set("mvn_param", "normalize_variance", oneOf: [nil, "false"])
      $0.set("mvn_param", "across_channels", oneOf: [nil, "true"])
    },
    "Normalize": Entry {
      $0.set("norm_param", "across_spatial", oneOf: [nil, "false"])
      $0.set("norm_param", "channel_shared", oneOf: [nil, "false"])
    },
    "Permute": Entry { sketch in
      var rest = Array((sketch.bottoms.first ?? []).indices)
      var order: [Int] = []
      while !rest.isEmpty {
        order.append(rest.remove(at: sketch.choose("order.\(order.count)", below: rest.count)))
      }
      sketch.set("permute_param", "order", order)
    },
    "Pooling": Entry { sketch in
      sketch.set("pooling_param", "pool", oneOf: [nil, "MAX", "AVE"])
      if sketch.happens("global_pooling", oneIn: 8) {
        sketch.parameters["pooling_param", "global_pooling"] = ["true"]
      } else {
        sketch.setSizes("pooling_param", "kernel_size", "kernel", from: 1, to: 3, default: nil)
        sketch.setSizes("pooling_param", "stride", "stride", from: 1, to: 2, default: 1)
        sketch.setSizes("pooling_param", "pad", "pad", from: 0, to: 1, default: 0)
      }
    },
    "Power": Entry { sketch in
      // Small powers of numbers of either sign.
      sketch.set("power_param", "power", oneOf: [nil, "1", "2", "3"])
      sketch.set("power_param", "scale", oneOf: [nil, "1", "2", "-0.3"])
      sketch.set("power_param", "shift", oneOf: [nil, "0", "1", "-0.7"])
    },
    "PReLU": Entry { $0.set("prelu_param", "channel_shared", oneOf: [nil, "true"]) },
    "Reduction": Entry {
      $0.set("reduction_param", "operation", oneOf: [nil, "ASUM", "SUMSQ", "MEAN"])
      $0.set("reduction_param", "axis", oneOf: ["1", "0", "-1"])
    },
    "ReLU": Entry { $0.set("relu_param", "negative_slope", oneOf: [nil, "0.1"]) },
    "Reshape": Entry { sketch in
      let rank = sketch.bottoms.first?.count ?? 0
      let dimensions = sketch.pick("shape", [Array(repeating: 0, count: rank), [0, -1], [0, 0, -1]])
      sketch.parameters["reshape_param", "shape", "dim"] = dimensions.map(String.init)
    },
    "Scale": Entry(bottoms: 1...2) {
      operand("scale_param")(&$0)
      $0.set("scale_param", "bias_term", oneOf: [nil, "true", "false"])
    },
    "ShuffleChannel": Entry { sketch in
      sketch.set("shuffle_channel_param", "group", [sketch.divisor("group", of: sketch.channels)])
    },
    "Slice": Entry(tops: 2...3) { $0.set("slice_param", "axis", oneOf: [nil, "1", "0", "-1"]) },
    "Softmax": Entry { $0.set("softmax_param", "axis", oneOf: [nil, "1", "-1"]) },
    "Split": Entry(tops: 1...3),
    "Swish": Entry { $0.set("swish_param", "beta", oneOf: [nil, "1", "0.5"]) },
    "Threshold": Entry { $0.set("threshold_param", "threshold", oneOf: [nil, "0.5"]) },
    "Tile": Entry {
      $0.set("tile_param", "tiles", oneOf: ["1", "2"])
      $0.set("tile_param", "axis", oneOf: [nil, "2"])
    },
    "Upsample": Entry { $0.set("upsample_param", "scale", oneOf: ["1", "2"]) },
  ]

  // MARK: Shared drawings

  @Sendable private static func convolution(_ sketch: inout LayerSketch) {
    let message = "convolution_param"
    let group = sketch.happens("grouped") ? sketch.divisor("group", of: sketch.channels) : 1
    // Layers that keep the shape are what residual sums need.
    let isKept = sketch.happens("keeps channels", oneIn: 3)
    let outputs = isKept ? sketch.channels : group * (1 + sketch.choose("outputs per group", below: 3))
    sketch.set(message, "num_output", [outputs])
    if group > 1 { sketch.set(message, "group", [group]) }
    window(&sketch)
  }

  @Sendable private static func depthwise(_ sketch: inout LayerSketch) {
    sketch.set(
      "convolution_param", "num_output",
      [sketch.channels * (1 + sketch.choose("outputs per group", below: 2))])
    if sketch.happens("group written") { sketch.set("convolution_param", "group", [sketch.channels]) }
    window(&sketch)
  }

  private static func window(_ sketch: inout LayerSketch) {
    let message = "convolution_param"
    sketch.set(message, "bias_term", oneOf: ["false", nil, "true"])
    if sketch.spatialCount == 0 || sketch.happens("pointwise", oneIn: 3) {
      sketch.set(message, "kernel_size", [1])
      return
    }
    sketch.setSizes(message, "kernel_size", "kernel", from: 1, to: 3, default: nil)
    sketch.setSizes(message, "stride", "stride", from: 1, to: 2, default: 1)
    sketch.setSizes(message, "pad", "pad", from: 0, to: 2, default: 0)
    if sketch.happens("dilated", oneIn: 4) {
      sketch.setSizes(message, "dilation", nil, from: 1, to: 2, default: 1)
    }
  }

  private static func normalisation(_ message: String) -> @Sendable (inout LayerSketch) -> Void {
    { sketch in
      sketch.set(message, "eps", oneOf: [nil, "0.001", "2e-5", "0.5"])
      if message == "batch_norm_param" {
        sketch.set(message, "use_global_stats", oneOf: [nil, "true", nil, "true", "false"])
      }
    }
  }

  private static func operand(_ message: String) -> @Sendable (inout LayerSketch) -> Void {
    { sketch in
      sketch.set(message, "axis", oneOf: [nil, nil, nil, nil, "1", "0", "2", "-1"])
      sketch.set(message, "num_axes", oneOf: [nil, nil, nil, nil, nil, "1", "0", "2"])
    }
  }

  private static func exponent(_ message: String) -> @Sendable (inout LayerSketch) -> Void {
    { sketch in
      sketch.set(message, "scale", oneOf: [nil, "0.5"])
      sketch.set(message, "shift", oneOf: [nil, "-1"])
    }
  }
}
