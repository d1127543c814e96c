/// Power: y = (`shift` + `scale`·x)^`power`.
struct PowerLayer: LayerDescription {
  static let facts = LayerFacts(
    "Power", parameters: [ParameterMessage("power_param", reads: ["power", "scale", "shift"])],
    keepsShape: true,
    sample: LayerSample { sketch in
      // Small powers of numbers of either sign.
      sketch.set("power_param", "power", oneOf: [nil, "1", "2", "3"])
      sketch.set("power_param", "scale", oneOf: [nil, "1", "2", "-0.3"])
      sketch.set("power_param", "shift", oneOf: [nil, "0", "1", "-0.7"])
    })

  let power: Double
  private let scale: Double
  private let shift: Double

  init(_ description: WrittenLayer) throws(LayerError) {
    try description.require()
    power = try description.number("power_param", "power", default: 1)
    scale = try description.number("power_param", "scale", default: 1)
    shift = try description.number("power_param", "shift", default: 0)
  }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { inputs }

  func run<S: NetScalar>(_ inputs: inout [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    let (power, scale, shift) = (S(power), S(scale), S(shift))
    // With no power or scale the bottom is not looked at: infinities and NaN do not come through.
    if power == 0 { return [NetValue(shape: inputs[0].shape, repeating: 1)] }
    if scale == 0 { return [NetValue(shape: inputs[0].shape, repeating: S.pow(shift, power))] }
    if power == 1 { return [inputs[0].mapped { scale * $0 + shift }] }
    if power == 2 {
      return [
        inputs[0].mapped {
          let base = scale * $0 + shift
          return base * base
        }
      ]
    }
    return [inputs[0].mapped(cost: 40) { S.pow(scale * $0 + shift, power) }]
  }
}
