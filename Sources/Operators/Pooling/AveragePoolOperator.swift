/// The mean of each window, over what lies inside of the input, or with `count_include_pad` over that and the pads.
///
/// A window that `ceil_mode` lets hang over the pads does not count what is beyond them, as in onnxruntime and Caffe.
struct AveragePoolOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "AveragePool", "the mean of each window", inputs: [.required("X", .floats)],
    attributes: WindowAttributes.fields + [
      .required("kernel_shape", .ints),
      .optional("dilations", .ints, opsets: 19...OperatorSignature.opsets.upperBound), .int("ceil_mode", 0),
      .int("count_include_pad", 0),
    ])

  let window: WindowAttributes
  let kernel: [Int]
  let isCeiled: Bool
  let isDilated: Bool
  let countsPads: Bool

  init(_ attributes: OperatorAttributes) {
    window = WindowAttributes(attributes)
    kernel = attributes.ints("kernel_shape") ?? []
    isCeiled = attributes.flag("ceil_mode")
    isDilated = attributes.opset >= 19
    countsPads = attributes.flag("count_include_pad")
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let x = try inputs.tensor(0, "X", ranks: 3...OperatorLimits.rank)
    let windows = try PoolingWindows(x, window, kernel: kernel, isCeiled: isCeiled, isDilated: isDilated)
    var values = inputs.floats(0)
    windows.forEachAxis { axis, outer, inner in values = means(values, axis, outer, inner) }
    return [OperatorTensor(shape: windows.shape, values: .float(values))]
  }

  /// The mean of each window along one axis, added up in Double.
  private func means<S: OperatorScalar>(
    _ source: [S], _ axis: PoolingAxis, _ outer: Int, _ inner: Int
  ) -> [S] {
    let count = outer * axis.windows.count * inner
    var sums = [Double](repeating: 0, count: count)
    sums.withUnsafeMutableBufferPointer { sums in
      source.withUnsafeBufferPointer { source in
        guard let sums = sums.baseAddress, let source = source.baseAddress else { return }
        axis.pass(outer: outer, inner: inner) { place, from, count in
          for index in 0..<count { sums[place + index] = Double(source[from + index]) }
        } _: { place, from, count in
          for index in 0..<count { sums[place + index] += Double(source[from + index]) }
        }
      }
    }
    let divisors = axis.windows.map { Double(countsPads ? $0.padded : $0.count) }
    let plan = BroadcastPlan(
      shape: [outer, divisors.count, inner], strides: [[divisors.count * inner, inner, 1], [0, 1, 0]])
    return Elements.map(sums, divisors, plan) { S($0 / $1) }
  }
}
