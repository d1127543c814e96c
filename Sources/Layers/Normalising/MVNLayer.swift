/// Mean-variance normalisation of every plane, or of every image with `across_channels`.
///
///     y = x − E[x]                              without normalize_variance
///     y = (x − E[x]) / (√E[(x − E[x])²] + ε)    with it: ε is added to the deviation, not to the variance
struct MVNLayer: LayerDescription {
  static let facts = LayerFacts(
    "MVN",
    parameters: [
      ParameterMessage("mvn_param", reads: ["normalize_variance", "across_channels", "eps"])
    ],
    keepsShape: true,
    sample: LayerSample {
      $0.set("mvn_param", "normalize_variance", oneOf: [nil, "false"])
      $0.set("mvn_param", "across_channels", oneOf: [nil, "true"])
    })

  private let layer: WrittenLayer
  private let normalizesVariance: Bool
  private let isAcrossChannels: Bool
  private let epsilon: Double

  init(_ description: WrittenLayer) throws(LayerError) {
    layer = description
    try layer.require()
    normalizesVariance = try layer.boolean("mvn_param", "normalize_variance", default: true)
    isAcrossChannels = try layer.boolean("mvn_param", "across_channels", default: false)
    epsilon = try layer.number("mvn_param", "eps", default: 1e-9)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    try layer.require(rank: 0...4, of: inputs[0])
    return [(0..<4).map(inputs[0].legacy)]
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let shape = try outputShapes(inputs.map(\.shape))[0]
    let groups = isAcrossChannels ? shape[0] : shape[0] * shape[1]
    let length = shape[(isAcrossChannels ? 1 : 2)..<4].product
    return [
      NetValue(shape: shape) { output in
        inputs[0].read { source in
          for group in 0..<groups {
            let (from, to) = (source + group * length, output + group * length)
            let mean = BlockedSum.of(from, count: length) { $0 } / S(length)
            for i in 0..<length { to[i] = from[i] - mean }
            guard normalizesVariance else { continue }
            let variance = BlockedSum.of(to, count: length) { $0 * $0 } / S(length)
            let deviation = variance.squareRoot() + S(epsilon)
            for i in 0..<length { to[i] /= deviation }
          }
        }
      }
    ]
  }
}
