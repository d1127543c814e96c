/// SPP: spatial pyramid pooling. Level l pools each plane into 2^l × 2^l bins; the levels stand one after the other.
///
/// The top is `[N, C · Σ 4^l]`, with one level `[N, C, 1, 1]`.
struct SPPLayer: LayerDescription {
  static let facts = LayerFacts(
    "SPP",
    parameters: [ParameterMessage("spp_param", reads: ["pyramid_height", "pool"], ignores: ["engine"])])

  private let layer: WrittenLayer
  private let height: Int
  private let isMaximum: Bool

  init(_ layer: WrittenLayer) throws(LayerError) {
    self.layer = layer
    try layer.require()
    height = try layer.count("spp_param", "pyramid_height")
    try layer.require("spp_param.pyramid_height", height, from: 1, to: 16)
    let method = try layer.word("spp_param", "pool", among: ["MAX", "AVE", "STOCHASTIC"], default: "MAX")
    guard method != "STOCHASTIC" else {
      throw layer.error(.unsupported(field: "spp_param.pool", found: method))
    }
    isMaximum = method == "MAX"
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    try layer.require(rank: 4...4, of: inputs[0])
    let (images, channels) = (inputs[0][0], inputs[0][1])
    let sizes = Array(inputs[0][2...])
    // Each bin of the last level must hold something.
    guard sizes.allSatisfy({ $0 >= 1 << (height - 1) }) else {
      throw layer.error(.windowTooLarge(window: [1 << (height - 1), 1 << (height - 1)], input: sizes))
    }
    if height == 1 { return [[images, channels, 1, 1]] }
    let bins = (0..<height).reduce(0) { $0 + 1 << (2 * $1) }
    return [try layer.bounded([images, [channels, bins].saturatingProduct])]
  }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] { [height == 1 ? bottoms.first ?? nil : nil] }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let input = inputs[0]
    let shape = try outputShapes([input.shape])[0]
    let sizes = Array(input.shape[2...])
    let images = input.shape[0]
    var rows = [[S]](repeating: [], count: images)
    for level in 0..<height {
      let bins = 1 << level
      let kernel = sizes.map { ($0 + bins - 1) / bins }
      let window = PoolingWindow(
        kernel: kernel, stride: kernel, pad: zip(kernel, sizes).map { ($0 * bins - $1 + 1) / 2 })
      let pooled = PoolingKernel.pool(
        input, rows: window.spans(axis: 0, size: sizes[0], count: bins),
        columns: window.spans(axis: 1, size: sizes[1], count: bins), isMaximum: isMaximum
      ).value.values
      let length = images == 0 ? 0 : pooled.count / images
      for image in 0..<images { rows[image] += pooled[image * length..<(image + 1) * length] }
    }
    return [NetValue(shape: shape, values: rows.flatMap(\.self))]
  }
}
