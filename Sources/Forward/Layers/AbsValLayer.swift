/// AbsVal: y = |x|.
struct AbsValLayer: ForwardLayer {
  init(_ description: LayerDescription) throws(ForwardError) { try description.require() }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { inputs }

  func run<S: ForwardScalar>(_ inputs: [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    [inputs[0].mapped { $0.magnitude }]
  }
}
