/// BNLL: y = log(1 + eˣ), in the form that does not overflow.
struct BNLLLayer: LayerDescription {
  static let facts = LayerFacts("BNLL", keepsShape: true, sample: LayerSample())

  init(_ description: WrittenLayer) throws(LayerError) { try description.require() }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { inputs }

  func run<S: NetScalar>(_ inputs: inout [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    [inputs[0].mapped(cost: 40) { max($0, 0) + S.log(1 + S.exp(-$0.magnitude)) }]
  }
}
