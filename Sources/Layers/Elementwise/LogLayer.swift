/// Log: y = log(`shift` + `scale`·x) to the base `base`.
struct LogLayer: LayerDescription {
  static let facts = LayerFacts(
    "Log", parameters: [ExponentParameters.fields(of: "log_param")], keepsShape: true,
    sample: LayerSample {
      $0.set("log_param", "scale", oneOf: ["0.125", "0.25"])
      $0.set("log_param", "shift", oneOf: ["4", "8"])
    })

  private let parameters: ExponentParameters

  init(_ description: WrittenLayer) throws(LayerError) {
    parameters = try ExponentParameters(description, message: "log_param")
  }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { inputs }

  func run<S: NetScalar>(_ inputs: inout [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    let (scale, shift) = (S(parameters.scale), S(parameters.shift))
    let outer = S(1 / parameters.logOfBase)
    return [inputs[0].mapped(cost: 20) { outer * S.log(scale * $0 + shift) }]
  }
}
