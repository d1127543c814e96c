/// Exp: y = `base`^(`shift` + `scale`·x).
struct ExpLayer: LayerDescription {
  static let facts = LayerFacts(
    "Exp", parameters: [ExponentParameters.fields(of: "exp_param")], keepsShape: true,
    sample: LayerSample {
      $0.set("exp_param", "scale", oneOf: [nil, "0.5"])
      $0.set("exp_param", "shift", oneOf: [nil, "-1"])
    })

  private let parameters: ExponentParameters

  init(_ description: WrittenLayer) throws(LayerError) {
    parameters = try ExponentParameters(description, message: "exp_param")
  }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { inputs }

  func run<S: NetScalar>(_ inputs: inout [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    // The shift becomes a factor, as in Caffe, so that e^x and e^(shift) round alone.
    let inner = S(parameters.logOfBase * parameters.scale)
    let outer = S(Double.exp(parameters.logOfBase * parameters.shift))
    return [inputs[0].mapped(cost: 20) { outer * S.exp(inner * $0) }]
  }
}
