/// The standard deviation has 1e-9 added, as in ONNX's definition by other operators.
struct MeanVarianceNormalizationOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "MeanVarianceNormalization", "y = (x − mean) / (√var + 1e-9), with the statistics over some axes",
    inputs: [.required("X", .floats)], attributes: [.optional("axes", .ints)])

  let axes: [Int]

  init(_ attributes: OperatorAttributes) { axes = attributes.ints("axes") ?? [0, 2, 3] }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let x = inputs.tensor(0)
    let axes = try OperatorAxis.indices(axes, rank: x.shape.count)
    let reduced = ReducedAxes(x.shape, axes: axes, keepsAxes: true)
    let rows = RowStatistics.normalized(
      reduced.rows(inputs.floats(0)), rows: reduced.rowCount, length: reduced.rowLength
    ) { _, mean, variance in (mean, 1 / (variance.squareRoot() + 1e-9), 0) }
    return [OperatorTensor(shape: x.shape, values: .float(reduced.unrolled(rows)))]
  }
}
