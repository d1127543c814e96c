/// AbsVal: y = |x|.
struct AbsValLayer: LayerDescription {
  static let facts = LayerFacts("AbsVal", keepsShape: true, sample: LayerSample())

  init(_ description: WrittenLayer) throws(LayerError) { try description.require() }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { inputs }

  func run<S: NetScalar>(_ inputs: inout [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    [inputs[0].mapped { $0.magnitude }]
  }
}
