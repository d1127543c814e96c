/// Threshold: y = 1 for x > `threshold`, else 0.
struct ThresholdLayer: LayerDescription {
  static let facts = LayerFacts(
    "Threshold", parameters: [ParameterMessage("threshold_param", reads: ["threshold"])], keepsShape: true,
    sample: LayerSample { $0.set("threshold_param", "threshold", oneOf: [nil, "0.5"]) })

  private let threshold: Double

  init(_ description: WrittenLayer) throws(LayerError) {
    try description.require()
    threshold = try description.number("threshold_param", "threshold", default: 0)
  }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { inputs }

  func run<S: NetScalar>(_ inputs: inout [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    let threshold = S(threshold)
    return [inputs[0].mapped { $0 > threshold ? 1 : 0 }]
  }
}
