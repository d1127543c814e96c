import Threads
import Tensors

/// BatchNorm: y = (x − μ)/√(σ² + ε) per channel of axis 1; in the dialects that absorbed Scale γ·y + β.
///
/// With `use_global_stats: false` μ and σ² are the bottom's own.
struct BatchNormLayer: LayerDescription {
  static let facts = LayerFacts(
    "BatchNorm",
    parameters: [
      ParameterMessage(
        "batch_norm_param",
        reads: ["use_global_stats", "eps", "scale_bias", "add_eps_before_sqrt"] + FusedReLU.fields,
        ignores: [
          "moving_average_fraction", "engine", "filler", "bias_filler", "scale_filler", "stats_batch_size",
          "use_weight_bias", "bias_term",
        ])
    ],
    keepsShape: true, blobs: .statistics,
    sample: LayerSample {
      $0.set("batch_norm_param", "eps", oneOf: [nil, "0.001", "2e-5", "0.5"])
      $0.set("batch_norm_param", "use_global_stats", oneOf: [nil, "true", nil, "true", "false"])
    })

  private let subject: LayerSubject
  let usesStored: Bool
  let epsilon: Double
  let dialect: BatchNormDialect
  /// The dialect of the parameters, where there are no blobs to tell it.
  private let writtenDialect: BatchNormDialect
  private let blobShapes: [[Int]]
  let fusedReLU: FusedReLU?

  init(_ description: WrittenLayer) throws(LayerError) {
    try description.require()
    subject = description.subject
    // Darknet's way, of the Synopsys fork: y = (x − μ)/(√σ² + ε).
    guard try description.boolean("batch_norm_param", "add_eps_before_sqrt", default: true) else {
      throw description.error(.unsupported(field: "batch_norm_param.add_eps_before_sqrt", found: "false"))
    }
    usesStored = try description.boolean("batch_norm_param", "use_global_stats", default: true)
    dialect = try BatchNormDialect(description, usesStored: usesStored)
    writtenDialect = try BatchNormDialect(writtenAs: description)
    epsilon = max(
      try description.number("batch_norm_param", "eps", default: 1e-5), dialect.leastEpsilon.inSinglePrecision
    )
    blobShapes = description.blobShapes
    fusedReLU = try FusedReLU(description, message: "batch_norm_param")
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    let shape = inputs[0]
    guard !shape.isEmpty else {
      throw LayerError(subject, .inputRank(index: 0, expected: 1...Int.max, found: shape))
    }
    try dialect.check(blobShapes, channels: shape.count == 1 ? 1 : shape[1], subject)
    return [shape]
  }

  /// The blobs of the dialect: that of the stored blobs, where there are any, else that of the parameters.
  func blobs(_ bottoms: [[Int]]) throws(LayerError) -> [BlobDescription] {
    let channels = bottoms[0].count == 1 ? 1 : try Axis.channels(of: bottoms[0], subject)
    return (blobShapes.isEmpty ? writtenDialect : dialect).blobs(channels: channels)
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let shape = try outputShapes([inputs[0].shape])[0]
    let channels = shape.count == 1 ? 1 : shape[1]
    let inner = shape.count == 1 ? 1 : shape[2...].product
    let (mean, variance) =
      usesStored
      ? dialect.statistics(blobs)
      : ChannelStatistics.of(inputs[0].values, channels: channels, inner: inner)
    let (scale, shift) = dialect.affine(blobs)
    let normalisations = (0..<channels).map { channel in
      Normalisation<S>(
        mean: mean[channel], factor: 1 / (variance[channel] + S(epsilon)).squareRoot(),
        scale: scale?[channel] ?? 1, shift: shift?[channel] ?? 0)
    }
    var top = inputs[0].normalised(normalisations, inner: inner)
    return [top.through(fusedReLU)]
  }
}

/// y = (x − mean)·factor·scale + shift, in this order, as the separate layers compute it.
package struct Normalisation<S: Sendable>: Sendable {
  let mean: S
  let factor: S
  let scale: S
  let shift: S
}

/// Mean and variance of each channel of values given as outer × channels × inner.
enum ChannelStatistics {
  /// E(x) and E((x − E(x))²), summed in Double: Caffe's sums of single precision are no closer.
  static func of<S: NetScalar>(_ values: [S], channels: Int, inner: Int) -> (mean: [S], variance: [S]) {
    guard !values.isEmpty else {
      return (Array(repeating: 0, count: channels), Array(repeating: 0, count: channels))
    }
    let count = Double(values.count / channels)
    let moments = UnsafeMutableBufferPointer<(mean: Double, variance: Double)>.allocate(capacity: channels)
    defer { moments.deallocate() }
    values.withUnsafeBufferPointer { values in
      let base = values.baseAddress!
      Parallel.forEach(channels, work: values.count * 4) { channel in
        var (sum, squares) = (0.0, 0.0)
        for start in stride(from: channel * inner, to: values.count, by: channels * inner) {
          sum += S.sum(base + start, count: inner)
        }
        for start in stride(from: channel * inner, to: values.count, by: channels * inner) {
          squares += S.squares(base + start, about: sum / count, count: inner)
        }
        moments[channel] = (sum / count, squares / count)
      }
    }
    return (S.rounded(moments.map(\.mean)), S.rounded(moments.map(\.variance)))
  }
}
