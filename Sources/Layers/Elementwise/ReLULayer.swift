/// ReLU: y = max(x, 0) + `negative_slope`·min(x, 0).
struct ReLULayer: LayerDescription {
  static let facts = LayerFacts(
    "ReLU",
    parameters: [
      ParameterMessage("relu_param", reads: ["negative_slope"], ignores: ["engine", "fuse"])
    ],
    keepsShape: true,
    sample: LayerSample { $0.set("relu_param", "negative_slope", oneOf: [nil, "0.1"]) })

  private let slope: Double

  init(_ description: WrittenLayer) throws(LayerError) {
    try description.require()
    slope = try description.number("relu_param", "negative_slope", default: 0)
  }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { inputs }

  func run<S: NetScalar>(_ inputs: inout [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    [inputs[0].rectified(slope: S(slope))]
  }
}
