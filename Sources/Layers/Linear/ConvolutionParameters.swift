/// What Convolution and Deconvolution read alike (BVLC base_conv_layer.cpp).
struct ConvolutionParameters: Sendable {
  let subject: LayerSubject
  let outputCount: Int
  let hasBias: Bool
  private let axis: Int
  let group: Int?
  let window: WindowParameters
  let blobShapes: [[Int]]
  private let limits: LayerLimits

  /// Reads `convolution_param`; the depthwise forks' types have one group for each channel of the bottom.
  init(_ description: WrittenLayer) throws(LayerError) {
    try description.require(bottoms: 1...Int.max, tops: description.bottomCount...description.bottomCount)
    subject = description.subject
    outputCount = try description.integer("convolution_param", "num_output", default: 0)
    guard outputCount > 0 else {
      throw description.error(
        .parameter(field: "convolution_param.num_output", found: "\(outputCount)", expected: .positive))
    }
    hasBias = try description.boolean("convolution_param", "bias_term", default: true)
    axis = try description.integer("convolution_param", "axis", default: 1)
    let isDepthwise = ["ConvolutionDepthwise", "DepthwiseConvolution"].contains(description.subject.type)
    group = isDepthwise ? nil : try description.integer("convolution_param", "group", default: 1)
    window = try WindowParameters(description, message: "convolution_param")
    blobShapes = description.blobShapes
    limits = description.limits
    try description.require(
      bottoms: 1...Int.max, tops: 1...Int.max, blobs: hasBias ? 2...2 : 1...1)
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

  /// Checks a bottom's shape and the blobs against the parameters.
  func problem(_ shape: [Int], transposed: Bool) throws(LayerError) -> Problem {
    let axis = try Axis.index(axis, of: shape, field: "convolution_param.axis", subject)
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
