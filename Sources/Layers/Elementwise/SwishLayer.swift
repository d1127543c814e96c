/// Swish: y = x·sigmoid(`beta`·x).
struct SwishLayer: LayerDescription {
  static let facts = LayerFacts(
    "Swish", parameters: [ParameterMessage("swish_param", reads: ["beta"])], keepsShape: true,
    sample: LayerSample { $0.set("swish_param", "beta", oneOf: [nil, "1", "0.5"]) })

  private let beta: Double

  init(_ description: WrittenLayer) throws(LayerError) {
    try description.require()
    beta = try description.number("swish_param", "beta", default: 1)
  }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { inputs }

  func run<S: NetScalar>(_ inputs: inout [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    let beta = S(beta)
    return [inputs[0].mapped(cost: 20) { $0 * Sigmoid.value(beta * $0) }]
  }
}
