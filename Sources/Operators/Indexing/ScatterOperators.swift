/// How an update changes the element that it meets.
enum ScatterReduction: String, CaseIterable {
  case none
  case add
  case mul
  case max
  case min

  /// The attribute, which came in two steps.
  static let fields: [OperatorAttributeField] = [
    .string(
      "reduction", "none", oneOf: allCases.map(\.rawValue), opsets: 16...OperatorSignature.opsets.upperBound)
  ]

  /// Reads the attribute.
  init(_ attributes: OperatorAttributes) throws(OperatorError) {
    let word = attributes.string("reduction")
    self = ScatterReduction(rawValue: word) ?? .none
    if attributes.opset < 18, self == .max || self == .min {
      throw OperatorError(.attributeWord("reduction", expected: ["none", "add", "mul"], found: word))
    }
  }

  /// The data with all updates made, one after the other.
  ///
  /// - Parameters:
  ///   - starts: where each run of updates begins in the data.
  ///   - run: how many neighbours a run has.
  func scattered<S: OperatorScalar>(
    _ data: OperatorTensor<S>, _ updates: OperatorTensor<S>, starts: [Int], run: Int
  ) throws(OperatorError) -> OperatorTensor<S> {
    func made(_ values: OperatorValues<S>) -> OperatorTensor<S> {
      OperatorTensor(shape: data.shape, values: values)
    }
    if self == .none {
      let work = Replacement(starts: starts, run: run)
      return made(try .moving([data.values, updates.values], by: work))
    }
    switch (data.values, updates.values) {
    case (.float(let values), .float(let updates)):
      return made(.float(combined(values, updates, starts, run, numbers)))
    case (.int64(let values), .int64(let updates)):
      return made(.int64(combined(values, updates, starts, run, wholeNumbers)))
    default:
      throw OperatorError(.elementType(input: "data", expected: .numbers, found: data.type))
    }
  }

  private func numbers<S: OperatorScalar>(_ a: S, _ b: S) -> S {
    switch self {
    case .none: b
    case .add: a + b
    case .mul: a * b
    case .max: MaxOperator.value(a, b)
    case .min: MinOperator.value(a, b)
    }
  }

  private func wholeNumbers(_ a: Int64, _ b: Int64) -> Int64 {
    switch self {
    case .none: b
    case .add: a &+ b
    case .mul: a &* b
    case .max: Swift.max(a, b)
    case .min: Swift.min(a, b)
    }
  }

  private func combined<T>(
    _ values: [T], _ updates: [T], _ starts: [Int], _ run: Int, _ function: (T, T) -> T
  ) -> [T] {
    var result = values
    for (row, start) in starts.enumerated() {
      for index in 0..<run {
        result[start + index] = function(result[start + index], updates[row * run + index])
      }
    }
    return result
  }

  private struct Replacement: ElementMove {
    let starts: [Int]
    let run: Int

    func move<T: OperatorElement>(_ inputs: [[T]]) -> [T] {
      var result = inputs[0]
      result.withUnsafeMutableBufferPointer { target in
        inputs[1].withUnsafeBufferPointer { updates in
          guard let target = target.baseAddress, let updates = updates.baseAddress else { return }
          for (row, start) in starts.enumerated() {
            (target + start).update(from: updates + row * run, count: run)
          }
        }
      }
      return result
    }
  }
}

struct ScatterElementsOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "ScatterElements", "the data with updates at the positions of indices, with the index along an axis",
    inputs: [
      .required("data", .all, as: "T"), .required("indices", .integers), .required("updates", .all, as: "T"),
    ],
    outputs: ["output"], attributes: [.int("axis", 0)] + ScatterReduction.fields)

  let axis: Int
  let reduction: ScatterReduction

  init(_ attributes: OperatorAttributes) throws(OperatorError) {
    axis = attributes.int("axis")
    reduction = try ScatterReduction(attributes)
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let data = try inputs.tensor(0, "data", ranks: 1...OperatorLimits.rank)
    let axis = try OperatorAxis.index(axis, rank: data.shape.count)
    try inputs.require(2, "updates", shape: inputs.tensor(1).shape)
    let places = try IndexReading.places(inputs.tensor(1), along: axis, in: data.shape)
    return [try reduction.scattered(data, inputs.tensor(2), starts: places, run: 1)]
  }
}

struct ScatterNDOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "ScatterND", "the data with updates at the positions that tuples of indices, in the last axis, name",
    inputs: [
      .required("data", .all, as: "T"), .required("indices", .integers), .required("updates", .all, as: "T"),
    ],
    outputs: ["output"], attributes: ScatterReduction.fields)

  let reduction: ScatterReduction

  init(_ attributes: OperatorAttributes) throws(OperatorError) {
    reduction = try ScatterReduction(attributes)
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let data = try inputs.tensor(0, "data", ranks: 1...OperatorLimits.rank)
    let indices = try inputs.tensor(1, "indices", ranks: 1...OperatorLimits.rank)
    let length = indices.shape[indices.shape.count - 1]
    guard length >= 1, length <= data.shape.count else {
      throw OperatorError(
        .input("indices", expected: "1 to \(data.shape.count) indices in the last axis", found: "\(length)"))
    }
    try inputs.require(2, "updates", shape: Array(indices.shape.dropLast() + data.shape[length...]))
    let starts = try IndexReading.starts(indices, in: data.shape, batch: 0)
    let run = data.shape[length...].reduce(1, *)
    return [try reduction.scattered(data, inputs.tensor(2), starts: starts, run: run)]
  }
}
