/// Dropout, at TEST a copy; forks with `scale_train: false` multiply by 1 − `dropout_ratio` there.
struct DropoutLayer: LayerDescription {
  static let facts = LayerFacts(
    "Dropout",
    parameters: [
      ParameterMessage(
        "dropout_param", reads: ["dropout_ratio", "scale_train", "sample_weights_test"],
        ignores: ["random_seed", "engine"])
    ],
    keepsShape: true,
    sample: LayerSample {
      $0.set("dropout_param", "dropout_ratio", oneOf: [nil, "0.25", "0.9"])
      $0.set("dropout_param", "scale_train", oneOf: [nil, nil, "false", "true"])
    })

  private let factor: Double?

  init(_ description: WrittenLayer) throws(LayerError) {
    try description.require()
    // Forks for Monte Carlo dropout stay random at TEST.
    if try description.boolean("dropout_param", "sample_weights_test", default: false) {
      throw description.error(.unsupported(field: "dropout_param.sample_weights_test", found: "true"))
    }
    let ratio = try description.number("dropout_param", "dropout_ratio", default: 0.5)
    factor = try description.boolean("dropout_param", "scale_train", default: true) ? nil : 1 - ratio
  }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { inputs }

  func run<S: NetScalar>(_ inputs: inout [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    guard let factor = factor.map({ S($0) }) else { return inputs }
    return [inputs[0].mapped { factor * $0 }]
  }
}
