/// Reads bottoms that nobody else reads, and makes nothing.
struct SilenceLayer: LayerDescription {
  static let facts = LayerFacts(
    "Silence", bottoms: 1...Int.max, tops: 0...0, sample: LayerSample(tops: 0...0))

  init(_ description: WrittenLayer) throws(LayerError) {
    try description.require(bottoms: 1...Int.max, tops: 0...0)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] { [] }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] { [] }
}
