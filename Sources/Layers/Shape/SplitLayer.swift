/// Split: every top is a copy of the bottom.
struct SplitLayer: LayerDescription {
  static let facts = LayerFacts(
    "Split", tops: 1...Int.max, parameters: [ParameterMessage("split_param", ignores: ["engine"])],
    keepsShape: true, worksInPlace: false, sample: LayerSample(tops: 1...3))

  private let topCount: Int

  init(_ description: WrittenLayer) throws(LayerError) {
    try description.require(tops: 1...Int.max)
    topCount = description.topCount
  }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { Array(repeating: inputs[0], count: topCount) }

  func run<S: NetScalar>(_ inputs: inout [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    Array(repeating: inputs[0], count: topCount)
  }
}
