struct CompressOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "Compress",
    "the slices of an axis for which the condition is true; without an axis, of all elements in a row",
    inputs: [.required("input", .all), .required("condition", .booleans)], outputs: ["output"],
    attributes: [.optional("axis", .int)])

  let axis: Int?

  init(_ attributes: OperatorAttributes) { axis = attributes.optionalInt("axis") }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    var tensor = inputs.tensor(0)
    let condition = try inputs.tensor(1, "condition", ranks: 1...1)
    if axis == nil { tensor = tensor.reshaped([tensor.values.count]) }
    let axis = try OperatorAxis.index(axis ?? 0, rank: tensor.shape.count)
    let truths = condition.values.booleans
    guard truths.count <= tensor.shape[axis] else {
      throw OperatorError(
        .input("condition", expected: "at most \(tensor.shape[axis]) values", found: "\(truths.count)"))
    }
    var maps = [[Int]?](repeating: nil, count: tensor.shape.count)
    maps[axis] = truths.indices.filter { truths[$0] }
    let work = AxisMaps(tensor.shape, maps)
    return [try tensor.moved(to: work.shape, by: work)]
  }
}
