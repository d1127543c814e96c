/// Swish: y = x·sigmoid(`beta`·x).
struct SwishLayer: ForwardLayer {
  private let beta: Double

  init(_ description: LayerDescription) throws(ForwardError) {
    try description.require()
    beta = try description.number("swish_param", "beta", default: 1)
  }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { inputs }

  func run<S: ForwardScalar>(_ inputs: [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    let beta = S(beta)
    return [inputs[0].mapped(cost: 20) { $0 * Sigmoid.value(beta * $0) }]
  }
}
