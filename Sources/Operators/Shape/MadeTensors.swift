struct IdentityOperator: StatelessOperator {
  static let signature = OperatorSignature(
    "Identity", "the input", inputs: [.required("input", .all)], outputs: ["output"])
  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) -> [OperatorTensor<S>] { [inputs.tensor(0)] }
}

struct ShapeOperator: OperatorDescription {
  private static let since15 = 15...OperatorSignature.opsets.upperBound

  static let signature = OperatorSignature(
    "Shape", "the sizes of the axes, from start to before end", inputs: [.required("data", .all)],
    outputs: ["shape"],
    attributes: [.int("start", 0, opsets: since15), .optional("end", .int, opsets: since15)])

  let start: Int
  let end: Int?

  init(_ attributes: OperatorAttributes) {
    start = attributes.int("start")
    end = attributes.optionalInt("end")
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) -> [OperatorTensor<S>] {
    let shape = inputs.tensor(0).shape
    func place(_ axis: Int) -> Int { min(shape.count, max(0, axis < 0 ? axis + shape.count : axis)) }
    let first = place(start)
    let sizes = shape[first..<max(first, place(end ?? shape.count))].map { Int64($0) }
    return [OperatorTensor(shape: [sizes.count], values: .int64(sizes))]
  }
}

struct ConstantOfShapeOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "ConstantOfShape", "a tensor of a shape with one number throughout, 0 unless given",
    inputs: [.required("input", .integers)], outputs: ["output"], attributes: [.optional("value", .tensor)])

  let value: OperatorTensor<Float>

  init(_ attributes: OperatorAttributes) throws(OperatorError) {
    value = attributes.tensor("value") ?? OperatorTensor(shape: [1], values: .float([0]))
    guard value.values.count == 1 else {
      throw OperatorError(.attribute("value", expected: "a single number", found: "\(value.values.count)"))
    }
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let shape = try inputs.integers(0, "input") ?? []
    try OperatorLimits.check(shape)
    return [
      try value.converted(to: S.self).moved(
        to: shape, by: StridedView(shape: shape, strides: shape.map { _ in 0 }))
    ]
  }
}

struct ConstantOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "Constant", "the tensor, numbers or number of the one attribute that is given", inputs: [],
    outputs: ["output"],
    attributes: [
      .optional("value", .tensor), .optional("value_float", .float, opsets: since12),
      .optional("value_floats", .floats, opsets: since12), .optional("value_int", .int, opsets: since12),
      .optional("value_ints", .ints, opsets: since12),
    ])
  private static let since12 = 12...OperatorSignature.opsets.upperBound

  let value: OperatorTensor<Float>

  init(_ attributes: OperatorAttributes) throws(OperatorError) {
    var given: [OperatorTensor<Float>] = []
    if let tensor = attributes.tensor("value") { given.append(tensor) }
    if let number = attributes.optionalFloat("value_float") {
      given.append(OperatorTensor(shape: [], values: .float([number])))
    }
    if let numbers = attributes.floats("value_floats") {
      given.append(OperatorTensor(shape: [numbers.count], values: .float(numbers)))
    }
    if let number = attributes.optionalInt("value_int") {
      given.append(OperatorTensor(shape: [], values: .int64([Int64(number)])))
    }
    if let numbers = attributes.ints("value_ints") {
      given.append(OperatorTensor(shape: [numbers.count], values: .int64(numbers.map { Int64($0) })))
    }
    guard given.count == 1 else {
      throw OperatorError(.attribute("value", expected: "one value", found: "\(given.count) values"))
    }
    value = given[0]
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) -> [OperatorTensor<S>] {
    [value.converted(to: S.self)]
  }
}

struct RangeOperator: StatelessOperator {
  static let signature = OperatorSignature(
    "Range", "the numbers from start to before limit, in steps of delta",
    inputs: [
      .required("start", .numbers, as: "T"), .required("limit", .numbers, as: "T"),
      .required("delta", .numbers, as: "T"),
    ], outputs: ["output"],
    // It is about half precision alone, which the evaluator has no numbers of.
    attributes: [.int("stash_type", 1, opsets: 27...OperatorSignature.opsets.upperBound)])

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    if inputs.tensor(0).type == .int64 {
      let (start, limit, delta) = (
        try inputs.integer(0, "start") ?? 0, try inputs.integer(1, "limit") ?? 0,
        try inputs.integer(2, "delta") ?? 0
      )
      // In Double a count is exact as far as the limit goes.
      let count = try Self.count(Double(limit) - Double(start), by: Double(delta))
      return [
        OperatorTensor(shape: [count], values: .int64((0..<count).map { start &+ Int64($0) &* delta }))
      ]
    }
    let (start, limit, delta): (S, S, S) = (
      try inputs.number(0, "start") ?? 0, try inputs.number(1, "limit") ?? 0,
      try inputs.number(2, "delta") ?? 0
    )
    let count = try Self.count(Double(limit) - Double(start), by: Double(delta))
    return [
      OperatorTensor(shape: [count], values: .float((0..<count).map { start + S($0) * delta }))
    ]
  }

  private static func count(_ distance: Double, by delta: Double) throws(OperatorError) -> Int {
    let count = (distance / delta).rounded(.up)
    guard count.isFinite, delta != 0, count <= Double(OperatorLimits.count) else {
      throw OperatorError(
        .input(
          "delta", expected: "steps that lead to at most \(OperatorLimits.count) numbers", found: "\(delta)"))
    }
    return max(0, Int(max(0, count)))
  }
}
