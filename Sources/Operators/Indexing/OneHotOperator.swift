struct OneHotOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "OneHot", "for each index an axis of the given depth, with one value at the index and another elsewhere",
    inputs: [
      .required("indices", .numbers), .required("depth", .numbers),
      .required("values", [.float, .int64, .bool]),
    ], outputs: ["output"], attributes: [.int("axis", -1)])

  let axis: Int

  init(_ attributes: OperatorAttributes) { axis = attributes.int("axis") }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let indices = inputs.tensor(0)
    let axis = try OperatorAxis.index(axis, rank: indices.shape.count + 1)
    let depth = Int(
      try inputs.tensor(1).type == .int64
        ? inputs.integer(1, "depth") ?? 0
        : Int64(exactly: (inputs.number(1, "depth") ?? 0).rounded(.towardZero)) ?? 0)
    guard depth >= 1 else {
      throw OperatorError(.input("depth", expected: "a number from 1", found: "\(depth)"))
    }
    try inputs.require(2, "values", shape: [2])
    var shape = indices.shape
    shape.insert(depth, at: axis)
    try OperatorLimits.check(shape)
    let places =
      if case .int64(let values) = indices.values {
        values.map { Int($0) }
      } else {
        // A number that no index can be is beyond the depth, which leaves the axis without a hit.
        inputs.floats(0).map { Int(exactly: $0.rounded(.towardZero)) ?? .max }
      }
    let hits = Hits(places: places, depth: depth, inner: indices.shape[axis...].reduce(1, *))
    return [OperatorTensor(shape: shape, values: try .moving([inputs.tensor(2).values], by: hits))]
  }

  private struct Hits: ElementMove {
    let places: [Int]
    let depth: Int
    let inner: Int

    /// The input is the value elsewhere and the value at an index.
    func move<T: OperatorElement>(_ inputs: [[T]]) -> [T] {
      var result = [T](repeating: inputs[0][0], count: places.count * depth)
      for (index, place) in places.enumerated() where place >= -depth && place < depth {
        let (outer, rest) = (index / inner, index % inner)
        result[(outer * depth + (place < 0 ? place + depth : place)) * inner + rest] = inputs[0][1]
      }
      return result
    }
  }
}
