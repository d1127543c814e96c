/// L2 normalisation with a learned scale γ (blob 0), from the SSD fork.
///
///     y = γ · x / √(ε + Σ x²)     over the whole image, or over the channels of each position
///
/// By default it is the whole image, with one γ for all channels, and ε = 1e-10.
struct NormalizeLayer: LayerDescription {
  static let facts = LayerFacts(
    "Normalize",
    parameters: [
      ParameterMessage(
        "norm_param", reads: ["across_spatial", "channel_shared", "eps"], ignores: ["scale_filler"])
    ],
    keepsShape: true, worksInPlace: false, blobs: .factors,
    sample: LayerSample {
      $0.set("norm_param", "across_spatial", oneOf: [nil, "false"])
      $0.set("norm_param", "channel_shared", oneOf: [nil, "false"])
    })

  private let layer: WrittenLayer
  private let isAcrossSpatial: Bool
  private let isChannelShared: Bool
  private let epsilon: Double

  init(_ description: WrittenLayer) throws(LayerError) {
    layer = description
    try layer.require(blobs: 1...1)
    isAcrossSpatial = try layer.boolean("norm_param", "across_spatial", default: true)
    isChannelShared = try layer.boolean("norm_param", "channel_shared", default: true)
    epsilon = try layer.number("norm_param", "eps", default: 1e-10)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    try layer.require(rank: 2...4, of: inputs[0])
    try Blobs.check(layer.blobShapes, 0, count: isChannelShared ? 1 : inputs[0][1], layer.subject)
    return [inputs[0]]
  }

  func blobs(_ bottoms: [[Int]]) throws(LayerError) -> [BlobDescription] {
    let channels = isChannelShared ? 1 : try Axis.channels(of: bottoms[0], layer.subject)
    return [BlobDescription(shape: [channels], role: .factor)]
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let shape = try outputShapes(inputs.map(\.shape))[0]
    let channels = shape[1]
    let plane = shape[2...].product
    let scale = blobs[0].values
    return [
      NetValue(shape: shape) { output in
        inputs[0].read { source in
          for n in 0..<shape[0] {
            let start = n * channels * plane
            let (from, to) = (source + start, output + start)
            let norms = self.norms(of: from, channels: channels, plane: plane)
            for c in 0..<channels {
              let factor = scale[isChannelShared ? 0 : c]
              for i in 0..<plane { to[c * plane + i] = from[c * plane + i] / norms[i] * factor }
            }
          }
        }
      }
    ]
  }

  /// The norm that each position of an image is divided by.
  @inline(__always)
  private func norms<S: NetScalar>(of image: UnsafePointer<S>, channels: Int, plane: Int) -> [S] {
    if isAcrossSpatial {
      let sum = BlockedSum.of(image, count: channels * plane) { $0 * $0 }
      return [S](repeating: (sum + S(epsilon)).squareRoot(), count: plane)
    }
    var sums = [S](repeating: S(epsilon), count: plane)
    for c in 0..<channels {
      let from = image + c * plane
      for i in 0..<plane { sums[i] += from[i] * from[i] }
    }
    return sums.map { $0.squareRoot() }
  }
}
