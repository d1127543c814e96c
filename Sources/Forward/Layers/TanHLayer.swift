/// TanH: y = tanh x.
struct TanHLayer: ForwardLayer {
  init(_ description: LayerDescription) throws(ForwardError) { try description.require() }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { inputs }

  func run<S: ForwardScalar>(_ inputs: [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    [inputs[0].mapped(cost: 20) { S.tanh($0) }]
  }
}
