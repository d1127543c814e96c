/// Log: y = log(`shift` + `scale`·x) to the base `base`.
struct LogLayer: ForwardLayer {
  private let parameters: ExponentParameters

  init(_ description: LayerDescription) throws(ForwardError) {
    parameters = try ExponentParameters(description, message: "log_param")
  }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { inputs }

  func run<S: ForwardScalar>(_ inputs: [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    let (scale, shift) = (S(parameters.scale), S(parameters.shift))
    let outer = S(1 / parameters.logOfBase)
    return [inputs[0].mapped(cost: 20) { outer * S.log(scale * $0 + shift) }]
  }
}
