/// The largest or smallest numbers along an axis, in order; of equal ones the one with the lower index comes first.
struct TopKOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "TopK",
    "the K largest or smallest numbers along an axis, and their indices; the lower index first among equals",
    inputs: [.required("X", .numbers), .required("K", .integers)], outputs: ["Values", "Indices"],
    attributes: [.int("axis", -1), .int("largest", 1), .int("sorted", 1)])

  let axis: Int
  let isLargest: Bool

  init(_ attributes: OperatorAttributes) {
    axis = attributes.int("axis")
    isLargest = attributes.flag("largest")
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let tensor = try inputs.tensor(0, "X", ranks: 1...OperatorLimits.rank)
    let axis = try OperatorAxis.index(axis, rank: tensor.shape.count)
    let split = AxisSplit(tensor.shape, axis)
    let wanted = Int(try inputs.integer(1, "K") ?? 0)
    guard wanted >= 0, wanted <= split.size else {
      throw OperatorError(.input("K", expected: "a number from 0 to \(split.size)", found: "\(wanted)"))
    }
    var shape = tensor.shape
    shape[axis] = wanted
    let places =
      if case .int64(let values) = tensor.values {
        places(values, split, wanted) { $0 > $1 }
      } else {
        // NaN counts as larger than all numbers.
        places(inputs.floats(0), split, wanted) { $0 > $1 || $0.isNaN && !$1.isNaN }
      }
    var starts = places
    for index in places.indices {
      let (row, inner) = (index / split.inner, index % split.inner)
      starts[index] = (row / max(1, wanted) * split.size + places[index]) * split.inner + inner
    }
    return [
      try tensor.moved(to: shape, by: RunGather(starts: starts, run: 1)),
      OperatorTensor(shape: shape, values: .int64(places.map { Int64($0) })),
    ]
  }

  /// The indices along the axis, as outer × K × inner.
  private func places<T: Equatable>(
    _ values: [T], _ split: AxisSplit, _ wanted: Int, _ isLarger: (T, T) -> Bool
  ) -> [Int] {
    var result = [Int](repeating: 0, count: split.outer * wanted * split.inner)
    guard wanted > 0 else { return result }
    for outer in 0..<split.outer {
      for inner in 0..<split.inner {
        let start = outer * split.size * split.inner + inner
        let order = (0..<split.size).sorted { first, second in
          let (a, b) = (values[start + first * split.inner], values[start + second * split.inner])
          if isLarger(a, b) { return isLargest }
          if isLarger(b, a) { return !isLargest }
          return first < second
        }
        for (rank, place) in order.prefix(wanted).enumerated() {
          result[(outer * wanted + rank) * split.inner + inner] = place
        }
      }
    }
    return result
  }
}
