/// BatchNorm: y = (x − μ)/√(σ² + ε) per channel of axis 1.
///
/// Blobs are [Σmean, Σvariance, factor], or, in the dialect that absorbed Scale, [γ, β, mean, variance,
/// ignored] with y = γ·(x − μ)/√(σ² + ε) + β. With `use_global_stats: false` μ and σ² are the bottom's own.
struct BatchNormLayer: ForwardLayer {
  private let subject: LayerSubject
  private let usesStored: Bool
  private let epsilon: Double
  private let isScaleFirst: Bool
  private let blobShapes: [[Int]]

  init(_ description: LayerDescription) throws(ForwardError) {
    subject = description.subject
    usesStored = try description.boolean("batch_norm_param", "use_global_stats", default: true)
    epsilon = try description.number("batch_norm_param", "eps", default: 1e-5)
    blobShapes = description.blobShapes
    isScaleFirst =
      blobShapes.count == 5 && blobShapes[4].product == 1 && blobShapes[2].product == blobShapes[0].product
    // A layer without blobs can still normalise by the bottom's own statistics.
    let counts = blobShapes.isEmpty && !usesStored ? 0...0 : isScaleFirst ? 5...5 : 3...3
    try description.require(blobs: counts)
  }

  func outputShapes(_ inputs: [[Int]]) throws(ForwardError) -> [[Int]] {
    let shape = inputs[0]
    guard !shape.isEmpty else {
      throw ForwardError(subject, .inputRank(index: 0, expected: 1...Int.max, found: shape))
    }
    let channels = shape.count == 1 ? 1 : shape[1]
    for index in 0..<max(0, blobShapes.count - 1) {
      try Blobs.check(blobShapes, index, count: channels, subject)
    }
    if blobShapes.count == 3 { try Blobs.check(blobShapes, 2, count: 1, subject) }
    return [shape]
  }

  func run<S: ForwardScalar>(
    _ inputs: [NetValue<S>], blobs: [NetValue<S>]
  ) throws(ForwardError) -> [NetValue<S>] {
    let shape = try outputShapes([inputs[0].shape])[0]
    let channels = shape.count == 1 ? 1 : shape[1]
    let inner = shape.count == 1 ? 1 : shape[2...].product
    let (mean, variance) =
      usesStored ? stored(blobs) : ChannelStatistics.of(inputs[0].values, channels: channels, inner: inner)
    let normalisations = (0..<channels).map { channel in
      Normalisation<S>(
        mean: mean[channel], factor: 1 / (variance[channel] + S(epsilon)).squareRoot(),
        scale: isScaleFirst ? blobs[0].values[channel] : 1,
        shift: isScaleFirst ? blobs[1].values[channel] : 0)
    }
    return [inputs[0].mapped(perChannel: normalisations, inner: inner) { $1($0) }]
  }

  private func stored<S: ForwardScalar>(_ blobs: [NetValue<S>]) -> (mean: [S], variance: [S]) {
    guard !isScaleFirst else { return (blobs[2].values, blobs[3].values) }
    // A factor of 0 stands for an untrained layer: mean and variance are 0.
    let factor = blobs[2].values[0] == 0 ? 0 : 1 / blobs[2].values[0]
    return (blobs[0].values.map { $0 * factor }, blobs[1].values.map { $0 * factor })
  }
}

/// y = (x − mean)·factor·scale + shift, in this order, as the separate layers compute it.
struct Normalisation<S: ForwardScalar>: Sendable {
  let mean: S
  let factor: S
  let scale: S
  let shift: S

  @inline(__always)
  func callAsFunction(_ x: S) -> S { (x - mean) * factor * scale + shift }
}

/// Mean and variance of each channel of values given as outer × channels × inner.
enum ChannelStatistics {
  /// E(x) and E((x − E(x))²), summed in Double: Caffe's sums of single precision are no closer.
  static func of<S: ForwardScalar>(_ values: [S], channels: Int, inner: Int) -> (mean: [S], variance: [S]) {
    let count = channels == 0 ? 0 : values.count / channels
    func mean(of channel: Int, _ term: (Double) -> Double) -> Double {
      var sum = 0.0
      for start in stride(from: channel * inner, to: values.count, by: channels * inner) {
        for index in start..<start + inner { sum += term(Double(values[index])) }
      }
      return sum / Double(count)
    }
    let means = (0..<channels).map { mean(of: $0) { $0 } }
    let variances = (0..<channels).map { channel in
      mean(of: channel) { ($0 - means[channel]) * ($0 - means[channel]) }
    }
    return (S.rounded(means), S.rounded(variances))
  }
}
