/// ReLU6, of several forks: y = min(max(x, 0), 6).
struct ReLU6Layer: LayerDescription {
  static let facts = LayerFacts("ReLU6", keepsShape: true, sample: LayerSample())

  init(_ description: WrittenLayer) throws(LayerError) { try description.require() }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { inputs }

  func run<S: NetScalar>(_ inputs: inout [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    [inputs[0].mapped { $0 > 6 ? 6 : $0 > 0 ? $0 : 0 }]
  }
}
