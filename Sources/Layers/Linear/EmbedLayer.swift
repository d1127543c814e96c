/// Embed: each value of the bottom is an index, and becomes the row of the weights with that number, plus the bias.
///
/// Weights are `[input_dim, num_output]`; the top is the bottom's shape with an axis of `num_output` behind it.
struct EmbedLayer: LayerDescription {
  static let facts = LayerFacts(
    "Embed",
    parameters: [
      ParameterMessage(
        message, reads: ["num_output", "input_dim", "bias_term"], ignores: ["weight_filler", "bias_filler"])
    ],
    blobs: .table, bias: BiasField(in: message, default: true))

  private static let message = "embed_param"
  private let layer: WrittenLayer
  private let outputCount: Int
  let indexCount: Int
  private let hasBias: Bool

  init(_ layer: WrittenLayer) throws(LayerError) {
    self.layer = layer
    hasBias = try layer.boolean(Self.message, "bias_term", default: true)
    try layer.require(blobs: hasBias ? 2...2 : 1...1)
    outputCount = try layer.count(Self.message, "num_output")
    indexCount = try layer.count(Self.message, "input_dim")
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    try Blobs.check(layer.blobShapes, 0, count: [indexCount, outputCount].saturatingProduct, layer.subject)
    if hasBias { try Blobs.check(layer.blobShapes, 1, count: outputCount, layer.subject) }
    return [try layer.bounded(inputs[0] + [outputCount])]
  }

  func blobs(_ bottoms: [[Int]]) -> [BlobDescription] {
    [BlobDescription(shape: [indexCount, outputCount], role: .weight)]
      + (hasBias ? [BlobDescription(shape: [outputCount], role: .shift)] : [])
  }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] {
    // A bottom of one axis gets the outputs as its channels.
    [nil]
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let shape = try outputShapes([inputs[0].shape])[0]
    var top = NetValue<S>(shape: shape)
    for (place, written) in inputs[0].values.enumerated() {
      // Caffe cuts the number to an int.
      guard written > -1, written < S(indexCount) else {
        throw layer.error(.index(bottom: 0, found: Double(written), count: indexCount))
      }
      let row = Int(written) * outputCount
      for output in 0..<outputCount {
        top.values[place * outputCount + output] =
          blobs[0].values[row + output] + (hasBias ? blobs[1].values[output] : 0)
      }
    }
    return [top]
  }
}
