/// Swish: y = x·sigmoid(`beta`·x).
struct SwishLayer: LayerDescription {
  private let beta: Double

  init(_ description: WrittenLayer) throws(LayerError) {
    try description.require()
    beta = try description.number("swish_param", "beta", default: 1)
  }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { inputs }

  func run<S: NetScalar>(_ inputs: [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    let beta = S(beta)
    return [inputs[0].mapped(cost: 20) { $0 * Sigmoid.value(beta * $0) }]
  }
}
