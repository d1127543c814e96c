/// Clip: y = max(`min`, min(x, `max`)); both bounds must be given.
struct ClipLayer: LayerDescription {
  static let facts = LayerFacts(
    "Clip", parameters: [ParameterMessage("clip_param", reads: ["min", "max"])], keepsShape: true,
    sample: LayerSample {
      $0.set("clip_param", "min", oneOf: ["0", "-1"])
      $0.set("clip_param", "max", oneOf: ["6", "1"])
    })

  private let least: Double
  private let most: Double

  init(_ description: WrittenLayer) throws(LayerError) {
    try description.require()
    for name in ["min", "max"] where !description.has("clip_param", name) {
      throw description.error(.missingParameter(field: "clip_param.\(name)"))
    }
    least = try description.number("clip_param", "min", default: 0)
    most = try description.number("clip_param", "max", default: 0)
  }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { inputs }

  func run<S: NetScalar>(_ inputs: inout [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    let (least, most) = (S(least), S(most))
    return [inputs[0].mapped { max(least, min($0, most)) }]
  }
}
