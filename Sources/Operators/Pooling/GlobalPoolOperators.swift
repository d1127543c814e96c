/// The mean over all spatial axes.
struct GlobalAveragePoolOperator: StatelessOperator {
  static let signature = OperatorSignature(
    "GlobalAveragePool", "the mean over the spatial axes, which stay with size 1",
    inputs: [.required("X", .floats)])

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    [try ReduceMeanOperator.global(inputs)]
  }
}

/// The largest number over all spatial axes.
struct GlobalMaxPoolOperator: StatelessOperator {
  static let signature = OperatorSignature(
    "GlobalMaxPool", "the largest number over the spatial axes, which stay with size 1",
    inputs: [.required("X", .floats)])

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    [try ReduceMaxOperator.global(inputs)]
  }
}

extension ReductionOperator {
  /// The reduction of all axes but the first two.
  fileprivate static func global<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError)
    -> OperatorTensor<S>
  {
    let x = try inputs.tensor(0, "X", ranks: 2...OperatorLimits.rank)
    return try reduced(x, ReducedAxes(x.shape, axes: Array(2..<x.shape.count), keepsAxes: true))
  }
}
