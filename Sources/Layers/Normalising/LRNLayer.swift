/// Local response normalisation.
///
///     ACROSS_CHANNELS: y = x · (k + α/n · Σ x²)^−β       over n neighbouring channels
///     WITHIN_CHANNEL:  y = x · (1 + α/n² · Σ x²)^−β      over the n × n neighbours in the plane
///
/// Neighbours outside the value count as zeros. `k` is not looked at within a channel, as in Caffe.
struct LRNLayer: LayerDescription {
  static let facts = LayerFacts(
    "LRN",
    parameters: [
      ParameterMessage(
        "lrn_param", reads: ["local_size", "alpha", "beta", "k", "norm_region"], ignores: ["engine"])
    ],
    keepsShape: true, worksInPlace: false,
    sample: LayerSample {
      $0.set("lrn_param", "local_size", oneOf: ["1", "3", "5"])
      $0.set("lrn_param", "alpha", oneOf: ["1", "0.5"])
    })

  private let layer: WrittenLayer
  private let size: Int
  private let alpha, beta, k: Double
  private let isWithinChannel: Bool

  init(_ description: WrittenLayer) throws(LayerError) {
    layer = description
    try layer.require()
    size = try layer.integer("lrn_param", "local_size", default: 5)
    try layer.require("lrn_param.local_size", size, .odd, size > 0 && size % 2 == 1)
    alpha = try layer.number("lrn_param", "alpha", default: 1)
    beta = try layer.number("lrn_param", "beta", default: 0.75)
    k = try layer.number("lrn_param", "k", default: 1)
    let region = try layer.word(
      "lrn_param", "norm_region", among: ["ACROSS_CHANNELS", "WITHIN_CHANNEL"], default: "ACROSS_CHANNELS")
    isWithinChannel = region == "WITHIN_CHANNEL"
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    try layer.require(rank: 4...4, of: inputs[0])
    return [inputs[0]]
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    _ = try outputShapes(inputs.map(\.shape))
    let input = inputs[0]
    let channels = input.shape[1]
    let (height, width) = (input.shape[2], input.shape[3])
    let image = channels * height * width
    return [
      NetValue(shape: input.shape) { output in
        input.read { source in
          for n in 0..<input.shape[0] {
            let (from, to) = (source + n * image, output + n * image)
            if isWithinChannel {
              for c in 0..<channels {
                let plane = c * height * width
                sumWithinPlane(from + plane, height: height, width: width, into: to + plane)
              }
            } else {
              sumAcrossChannels(from, channels: channels, plane: height * width, into: to)
            }
          }
          let factor = S(alpha) / (isWithinChannel ? S(size) * S(size) : S(size))
          let shift: S = isWithinChannel ? 1 : S(k)
          let power = -S(beta)
          for i in 0..<input.values.count { output[i] = source[i] * S.pow(shift + factor * output[i], power) }
        }
      }
    ]
  }

  @inline(__always)
  private func sumAcrossChannels<S: NetScalar>(
    _ source: UnsafePointer<S>, channels: Int, plane: Int, into sums: UnsafeMutablePointer<S>
  ) {
    let reach = size / 2
    for c in 0..<channels {
      let sum = sums + c * plane
      for neighbour in max(0, c - reach)..<min(channels, c + reach + 1) {
        let from = source + neighbour * plane
        for i in 0..<plane { sum[i] += from[i] * from[i] }
      }
    }
  }

  @inline(__always)
  private func sumWithinPlane<S: NetScalar>(
    _ source: UnsafePointer<S>, height: Int, width: Int, into sums: UnsafeMutablePointer<S>
  ) {
    let reach = size / 2
    for y in 0..<height {
      for row in max(0, y - reach)..<min(height, y + reach + 1) {
        for x in 0..<width {
          var sum: S = 0
          for column in max(0, x - reach)..<min(width, x + reach + 1) {
            let value = source[row * width + column]
            sum += value * value
          }
          sums[y * width + x] += sum
        }
      }
    }
  }
}
