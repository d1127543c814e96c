/// Sigmoid: y = ½·tanh(x/2) + ½, the form that does not overflow.
struct SigmoidLayer: LayerDescription {
  static let facts = LayerFacts(
    "Sigmoid", parameters: [ParameterMessage("sigmoid_param", ignores: ["engine"])], keepsShape: true,
    sample: LayerSample())

  init(_ description: WrittenLayer) throws(LayerError) { try description.require() }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { inputs }

  func run<S: NetScalar>(_ inputs: inout [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    [inputs[0].mapped(cost: 20, Sigmoid.value)]
  }
}

/// The logistic function.
enum Sigmoid {
  /// 1/(1 + e⁻ˣ).
  @inline(__always)
  static func value<S: NetScalar>(_ x: S) -> S { 0.5 * S.tanh(0.5 * x) + 0.5 }
}
