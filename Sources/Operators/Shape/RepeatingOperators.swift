struct ExpandOperator: StatelessOperator {
  static let signature = OperatorSignature(
    "Expand", "the tensor broadcast with a shape",
    inputs: [.required("input", .all), .required("shape", .integers)],
    outputs: ["output"])

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let tensor = inputs.tensor(0)
    let wanted = try inputs.integers(1, "shape") ?? []
    try OperatorLimits.check(wanted)
    let plan = try BroadcastPlan([tensor.shape, wanted])
    let dense = Array(repeating: 0, count: plan.shape.count - tensor.shape.count) + tensor.shape.denseStrides
    let sizes = Array(repeating: 1, count: plan.shape.count - tensor.shape.count) + tensor.shape
    let strides = sizes.indices.map { sizes[$0] == 1 ? 0 : dense[$0] }
    return [try tensor.moved(to: plan.shape, by: StridedView(shape: plan.shape, strides: strides))]
  }
}

struct TileOperator: StatelessOperator {
  static let signature = OperatorSignature(
    "Tile", "the tensor repeated along each axis",
    inputs: [.required("input", .all), .required("repeats", .integers)],
    outputs: ["output"])

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let tensor = inputs.tensor(0)
    let repeats = try inputs.integers(1, "repeats") ?? []
    guard repeats.count == tensor.shape.count, repeats.allSatisfy({ $0 >= 0 && $0 <= OperatorLimits.count })
    else {
      throw OperatorError(
        .input("repeats", expected: "\(tensor.shape.count) numbers from 0", found: "\(repeats)"))
    }
    let shape = zip(tensor.shape, repeats).map { $0 * $1 }
    try OperatorLimits.check(shape)
    // Each axis is two: the repetitions, and the elements.
    let strides = tensor.shape.denseStrides.flatMap { [0, $0] }
    let view = StridedView(shape: zip(repeats, tensor.shape).flatMap { [$0, $1] }, strides: strides)
    return [try tensor.moved(to: shape, by: view)]
  }
}
