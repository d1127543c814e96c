/// ELU: y = x for x > 0, else `alpha`·(eˣ − 1).
struct ELULayer: LayerDescription {
  static let facts = LayerFacts(
    "ELU", parameters: [ParameterMessage("elu_param", reads: ["alpha"])], keepsShape: true,
    sample: LayerSample { $0.set("elu_param", "alpha", oneOf: [nil, "0.5"]) })

  private let alpha: Double

  init(_ description: WrittenLayer) throws(LayerError) {
    try description.require()
    alpha = try description.number("elu_param", "alpha", default: 1)
  }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { inputs }

  func run<S: NetScalar>(_ inputs: inout [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    let alpha = S(alpha)
    return [inputs[0].mapped(cost: 20) { $0 > 0 ? $0 : alpha * (S.exp($0) - 1) }]
  }
}
