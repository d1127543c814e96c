/// Sigmoid: y = ½·tanh(x/2) + ½, the form that does not overflow.
struct SigmoidLayer: ForwardLayer {
  init(_ description: LayerDescription) throws(ForwardError) { try description.require() }

  func outputShapes(_ inputs: [[Int]]) -> [[Int]] { inputs }

  func run<S: ForwardScalar>(_ inputs: [NetValue<S>], blobs: [NetValue<S>]) -> [NetValue<S>] {
    [inputs[0].mapped(cost: 20, Sigmoid.value)]
  }
}

/// The logistic function.
enum Sigmoid {
  /// 1/(1 + e⁻ˣ).
  @inline(__always)
  static func value<S: ForwardScalar>(_ x: S) -> S { 0.5 * S.tanh(0.5 * x) + 0.5 }
}
