/// A single number counts as a list of one, as in onnxruntime.
struct NonZeroOperator: StatelessOperator {
  static let signature = OperatorSignature(
    "NonZero", "the positions of all elements that are not 0, a column for each",
    inputs: [.required("X", [.float, .int64, .bool])])

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let tensor = inputs.tensor(0)
    let places: [Int] =
      switch tensor.values {
      case .float(let values): values.indices.filter { values[$0] != 0 }
      case .int64(let values): values.indices.filter { values[$0] != 0 }
      case .bool(let values): values.indices.filter { values[$0] }
      case .float16: []
      }
    let sizes = tensor.shape.isEmpty ? [1] : tensor.shape
    let shape = [sizes.count, places.count]
    try OperatorLimits.check(shape)
    var result = [Int64](repeating: 0, count: sizes.count * places.count)
    for (column, place) in places.enumerated() {
      var rest = place
      for axis in sizes.indices.reversed() {
        result[axis * places.count + column] = Int64(rest % sizes[axis])
        rest /= sizes[axis]
      }
    }
    return [OperatorTensor(shape: shape, values: .int64(result))]
  }
}
