/// Where all numbers along the axis are 0, the result is 0.
struct LpNormalizationOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "LpNormalization", "y = x / ‖x‖ along an axis, with the norm Σ|x| or √Σx²",
    inputs: [.required("input", .floats)],
    outputs: ["output"], attributes: [.int("axis", -1), .int("p", 2)])

  let axis: Int
  let isEuclidean: Bool

  init(_ attributes: OperatorAttributes) throws(OperatorError) {
    axis = attributes.int("axis")
    isEuclidean = attributes.int("p") == 2
    guard isEuclidean || attributes.int("p") == 1 else {
      throw OperatorError(.attribute("p", expected: "1 or 2", found: "\(attributes.int("p"))"))
    }
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let x = try inputs.tensor(0, "input", ranks: 1...OperatorLimits.rank)
    let split = AxisSplit(x.shape, try OperatorAxis.index(axis, rank: x.shape.count))
    let values = AxisRows.mapped(inputs.floats(0), split) { row, count in
      let norm =
        isEuclidean
        ? RowSum.of(row, count: count) { $0 * $0 }.squareRoot()
        : RowSum.of(row, count: count) { $0.magnitude }
      guard norm != 0 else { return row.update(repeating: 0, count: count) }
      for index in 0..<count { row[index] = S(Double(row[index]) / norm) }
    }
    return [OperatorTensor(shape: x.shape, values: .float(values))]
  }
}
