/// What Convolution and Deconvolution read alike (BVLC base_conv_layer.cpp).
struct ConvolutionParameters: Sendable {
  static let message = "convolution_param"

  /// The fields of the message, and others that a type reads.
  static func fields(and others: [String] = []) -> ParameterMessage {
    ParameterMessage(
      message, reads: ["num_output", "bias_term", "group", "axis"] + WindowFields.names + others,
      ignores: fieldsWithoutInfluence)
  }

  /// Fillers and the choice between implementations.
  static let fieldsWithoutInfluence = [
    "weight_filler", "bias_filler", "engine", "force_nd_im2col", "conv_algorithm", "conv_algos_override",
    "cudnn_convolution_algo_seeker",
  ]

  /// Draws a layer.
  @Sendable static func draw(_ sketch: inout LayerSketch) {
    if depthwiseTypes.contains(sketch.type) {
      sketch.set(
        message, "num_output", [sketch.channels * (1 + sketch.choose("outputs per group", below: 2))])
      if sketch.happens("group written") { sketch.set(message, "group", [sketch.channels]) }
    } else {
      let group = sketch.happens("grouped") ? sketch.divisor("group", of: sketch.channels) : 1
      // Layers that keep the shape are what residual sums need.
      let isKept = sketch.happens("keeps channels", oneIn: 3)
      let outputs = isKept ? sketch.channels : group * (1 + sketch.choose("outputs per group", below: 3))
      sketch.set(message, "num_output", [outputs])
      if group > 1 { sketch.set(message, "group", [group]) }
    }
    sketch.set(message, "bias_term", oneOf: ["false", nil, "true"])
    guard sketch.spatialCount > 0, !sketch.happens("pointwise", oneIn: 3) else {
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

  /// The types with one group for each channel of the bottom.
  private static let depthwiseTypes: Set<String> = ["ConvolutionDepthwise", "DepthwiseConvolution"]

  let subject: LayerSubject
  /// `num_output`; nil where it is not written.
  let numOutput: Int?
  let hasBias: Bool
  let axis: Int
  let group: Int?
  let window: WindowParameters
  private(set) var blobShapes: [[Int]]
  private let limits: LayerLimits

  /// Reads `convolution_param`; the depthwise forks' types have one group for each channel of the bottom.
  init(_ description: WrittenLayer) throws(LayerError) {
    try description.require(bottoms: 1...Int.max, tops: description.bottomCount...description.bottomCount)
    subject = description.subject
    numOutput = try description.outputCount(in: Self.message)
    hasBias = try description.boolean(Self.message, "bias_term", default: true)
    axis = try description.integer(Self.message, "axis", default: 1)
    let isDepthwise = Self.depthwiseTypes.contains(description.subject.type)
    group = isDepthwise ? nil : try description.integer(Self.message, "group", default: 1)
    window = try WindowParameters(description, message: Self.message)
    blobShapes = description.blobShapes
    limits = description.limits
    if description.knowsBlobs {
      // What is to run must be complete.
      _ = try requiredOutputCount()
      try window.requireKernel()
    }
    try description.require(
      bottoms: 1...Int.max, tops: 1...Int.max, blobs: hasBias ? 2...2 : 1...1)
  }

  /// How many channels the tops have.
  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] {
    (0..<topCount).map { place in
      switch axis {
      case 1: numOutput
      case 2...: place < bottoms.count ? bottoms[place] : nil
      default: nil
      }
    }
  }

  /// Weights and bias for these bottoms.
  func blobs(_ bottoms: [[Int]], transposed: Bool) throws(LayerError) -> [BlobDescription] {
    let outputCount = try requiredOutputCount()
    let problem = try withoutBlobs.problem(bottoms[0], transposed: transposed)
    let sides =
      transposed
      ? [problem.channels, outputCount / problem.group] : [outputCount, problem.channels / problem.group]
    return [BlobDescription(shape: sides + problem.geometry.kernel, role: .weight)]
      + (hasBias ? [BlobDescription(shape: [outputCount], role: .shift)] : [])
  }

  /// The products of one run.
  func multiplyAdds(_ bottoms: [[Int]], transposed: Bool) throws(LayerError) -> Int {
    let outputCount = try requiredOutputCount()
    var products: [Int] = []
    for bottom in bottoms {
      let problem = try withoutBlobs.problem(bottom, transposed: transposed)
      // Each place of the grid is multiplied with one window: of the bottom, in a deconvolution of the top.
      let windows = problem.geometry.output
      products.append(
        ([problem.images, outputCount, problem.channels / problem.group] + problem.geometry.kernel + windows)
          .saturatingProduct)
    }
    return products.reduce(0) { $0.addingReportingOverflow($1).overflow ? .max : $0 + $1 }
  }

  /// The same parameters of a layer whose blobs are not known.
  private var withoutBlobs: ConvolutionParameters {
    var parameters = self
    parameters.blobShapes = []
    return parameters
  }

  /// A bottom as the arithmetic sees it.
  struct Problem {
    /// How many images: the dimensions before the channels.
    var images: Int
    var channels: Int
    var group: Int
    var geometry: WindowGeometry
    var outputShape: [Int]
  }

  /// The number of output channels.
  ///
  /// - Throws: `LayerError` where it is not written.
  func requiredOutputCount() throws(LayerError) -> Int {
    guard let numOutput else {
      throw LayerError(
        subject, .parameter(field: "\(Self.message).num_output", found: "0", expected: .positive))
    }
    return numOutput
  }

  /// Checks a bottom's shape and the blobs against the parameters.
  func problem(_ shape: [Int], transposed: Bool) throws(LayerError) -> Problem {
    let outputCount = try requiredOutputCount()
    let axis = try Axis.index(axis, of: shape, field: "\(Self.message).axis", subject)
    let channels = shape[axis]
    let group = group ?? channels
    for count in [channels, outputCount] where group < 1 || count % group != 0 {
      throw LayerError(
        subject,
        .parameter(field: "convolution_param.group", found: "\(group)", expected: .divisor(of: count)))
    }
    let geometry = try window.geometry(Array(shape[(axis + 1)...]), transposed: transposed)
    let weightCount = ([channels / group, outputCount] + geometry.kernel).saturatingProduct
    try Blobs.check(blobShapes, 0, count: weightCount, subject)
    if transposed {
      // What the windows add up to is in memory at once.
      let count = ([outputCount / group] + geometry.kernel + geometry.output).saturatingProduct
      guard count <= limits.valueCount else {
        throw LayerError(subject, .windowsTooLarge(count: count, limit: limits.valueCount))
      }
    }
    if hasBias { try Blobs.check(blobShapes, 1, count: outputCount, subject) }
    let sizes = transposed ? geometry.input : geometry.output
    return Problem(
      images: shape[..<axis].product, channels: channels, group: group, geometry: geometry,
      outputShape: shape[..<axis] + [outputCount] + sizes)
  }
}
