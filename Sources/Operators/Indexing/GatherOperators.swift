struct GatherOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "Gather", "the slices of an axis that indices name; the axes of the indices stand in place of it",
    inputs: [.required("data", .all), .required("indices", .integers)], outputs: ["output"],
    attributes: [.int("axis", 0)])

  let axis: Int

  init(_ attributes: OperatorAttributes) { axis = attributes.int("axis") }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let data = try inputs.tensor(0, "data", ranks: 1...OperatorLimits.rank)
    let indices = inputs.tensor(1)
    let axis = try OperatorAxis.index(axis, rank: data.shape.count)
    let shape = data.shape[..<axis] + indices.shape + data.shape[(axis + 1)...]
    try OperatorLimits.check(Array(shape))
    let split = AxisSplit(data.shape, axis)
    let places = try IndexReading.places(indices, size: split.size)
    let maps = AxisMaps([split.outer, split.size, split.inner], [nil, places, nil])
    return [try data.moved(to: Array(shape), by: maps)]
  }
}

struct GatherElementsOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "GatherElements", "for each index the element at its position, with the index along an axis",
    inputs: [.required("data", .all), .required("indices", .integers)], outputs: ["output"],
    attributes: [.int("axis", 0)])

  let axis: Int

  init(_ attributes: OperatorAttributes) { axis = attributes.int("axis") }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let data = try inputs.tensor(0, "data", ranks: 1...OperatorLimits.rank)
    let axis = try OperatorAxis.index(axis, rank: data.shape.count)
    let places = try IndexReading.places(inputs.tensor(1), along: axis, in: data.shape)
    return [try data.moved(to: inputs.tensor(1).shape, by: RunGather(starts: places, run: 1))]
  }
}

struct GatherNDOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "GatherND", "for each tuple of indices, in the last axis, the elements that it names",
    inputs: [.required("data", .all), .required("indices", .integers)], outputs: ["output"],
    attributes: [.int("batch_dims", 0, opsets: 12...OperatorSignature.opsets.upperBound)])

  let batch: Int

  init(_ attributes: OperatorAttributes) { batch = attributes.int("batch_dims") }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let data = try inputs.tensor(0, "data", ranks: 1...OperatorLimits.rank)
    let indices = try inputs.tensor(1, "indices", ranks: 1...OperatorLimits.rank)
    guard batch >= 0, batch < min(data.shape.count, indices.shape.count),
      data.shape[..<batch] == indices.shape[..<batch]
    else {
      throw OperatorError(
        .attribute(
          "batch_dims", expected: "a number of axes that data and indices have in common", found: "\(batch)"))
    }
    let length = indices.shape[indices.shape.count - 1]
    guard length >= 1, length <= data.shape.count - batch else {
      throw OperatorError(
        .input(
          "indices", expected: "1 to \(data.shape.count - batch) indices in the last axis", found: "\(length)"
        ))
    }
    let shape = indices.shape.dropLast() + data.shape[(batch + length)...]
    try OperatorLimits.check(Array(shape))
    let starts = try IndexReading.starts(indices, in: data.shape, batch: batch)
    let run = data.shape[(batch + length)...].reduce(1, *)
    return [try data.moved(to: Array(shape), by: RunGather(starts: starts, run: run))]
  }
}
