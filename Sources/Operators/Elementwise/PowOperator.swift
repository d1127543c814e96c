import Glibc

/// The result has the element type of the base.
struct PowOperator: StatelessOperator {
  static let signature = OperatorSignature(
    "Pow", "z = xʸ, broadcast, in the element type of x",
    inputs: [.required("X", .numbers), .required("Y", .numbers)], outputs: ["Z"])

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let plan = try BroadcastPlan([inputs.tensor(0).shape, inputs.tensor(1).shape])
    let values: OperatorValues<S> =
      switch (inputs.tensor(0).values, inputs.tensor(1).values) {
      case (.int64(let x), .int64(let y)): .int64(Elements.map(x, y, plan, cost: 40) { Self.power($0, $1) })
      case (.int64(let x), let y):
        .int64(
          Elements.map(x, y.floats, plan, cost: 40) { Self.truncated(pow(Double($0), Double($1))) })
      case (let x, .int64(let y)):
        .float(Elements.map(x.floats, y, plan, cost: 40) { S(pow(Double($0), Double($1))) })
      case (let x, let y):
        .float(Elements.map(x.floats, y.floats, plan, cost: 40) { S.pow($0, $1) })
      }
    return [OperatorTensor(shape: plan.shape, values: values)]
  }

  /// The power modulo 2⁶⁴; with a negative exponent rounded towards zero, and 0 of 0.
  private static func power(_ base: Int64, _ exponent: Int64) -> Int64 {
    guard exponent >= 0 else {
      return base == 1 ? 1 : base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0
    }
    var (result, factor, rest) = (Int64(1), base, exponent)
    while rest > 0 {
      if rest % 2 == 1 { result &*= factor }
      factor &*= factor
      rest /= 2
    }
    return result
  }

  private static func truncated(_ number: Double) -> Int64 {
    Int64(exactly: number.rounded(.towardZero)) ?? .min
  }
}
