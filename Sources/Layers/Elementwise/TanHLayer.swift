/// TanH: y = tanh x.
struct TanHLayer: LayerDescription {
  static let facts = LayerFacts(
    "TanH", parameters: [ParameterMessage("tanh_param", ignores: ["engine"])], keepsShape: true,
    sample: LayerSample())

  init(_ description: WrittenLayer) throws(LayerError) { try description.require() }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { inputs }

  func run<S: NetScalar>(_ inputs: inout [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    [inputs[0].mapped(cost: 20) { S.tanh($0) }]
  }
}
