struct ReshapeOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "Reshape",
    "the same elements under another shape; −1 follows from the others, 0 keeps the size unless allowzero",
    inputs: [.required("data", .all), .required("shape", .integers)], outputs: ["reshaped"],
    attributes: [.int("allowzero", 0, opsets: 14...OperatorSignature.opsets.upperBound)])

  let allowsZero: Bool

  init(_ attributes: OperatorAttributes) { allowsZero = attributes.flag("allowzero") }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let tensor = inputs.tensor(0)
    let written = try inputs.integers(1, "shape") ?? []
    func error(_ expected: String) -> OperatorError {
      OperatorError(.input("shape", expected: expected, found: "\(written)"))
    }
    guard written.allSatisfy({ $0 >= -1 }), written.count(where: { $0 == -1 }) <= 1 else {
      throw error("sizes and at most one −1")
    }
    var shape: [Int] = []
    for (axis, size) in written.enumerated() {
      guard size == 0, !allowsZero else {
        shape.append(size)
        continue
      }
      guard axis < tensor.shape.count else {
        throw error("0 only for axes of the data, \(tensor.shape.asShape)")
      }
      shape.append(tensor.shape[axis])
    }
    if let open = shape.firstIndex(of: -1) {
      shape[open] = 1
      try OperatorLimits.check(shape)
      let known = shape.reduce(1, *)
      guard known > 0, tensor.values.count % known == 0 else {
        throw error("sizes that divide the \(tensor.values.count) elements")
      }
      shape[open] = tensor.values.count / known
    }
    try OperatorLimits.check(shape)
    guard shape.reduce(1, *) == tensor.values.count else {
      throw error("sizes with the product \(tensor.values.count)")
    }
    return [tensor.reshaped(shape)]
  }
}

struct FlattenOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "Flatten", "a matrix: the axes before the given one, and those from it on",
    inputs: [.required("input", .all)],
    outputs: ["output"], attributes: [.int("axis", 1)])

  let axis: Int

  init(_ attributes: OperatorAttributes) { axis = attributes.int("axis") }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let tensor = inputs.tensor(0)
    let rank = tensor.shape.count
    guard axis >= -rank, axis <= rank else { throw OperatorError(.axis(axis, rank: rank + 1)) }
    let cut = axis < 0 ? axis + rank : axis
    return [tensor.reshaped([tensor.shape[..<cut].reduce(1, *), tensor.shape[cut...].reduce(1, *)])]
  }
}

/// The axes of Squeeze and Unsqueeze: an attribute before version 13 of the operator set, an input from then on.
enum SqueezedAxes {
  static let opsetsOfField = OperatorSignature.opsets.lowerBound...12
  static let opsetsOfInput = 13...OperatorSignature.opsets.upperBound
}

struct SqueezeOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "Squeeze", "the same elements without the given axes of size 1, or without all of them",
    inputs: [.required("data", .all), .optional("axes", .integers, opsets: SqueezedAxes.opsetsOfInput)],
    outputs: ["squeezed"],
    attributes: [.optional("axes", .ints, opsets: SqueezedAxes.opsetsOfField)])

  let axes: [Int]?

  init(_ attributes: OperatorAttributes) { axes = attributes.ints("axes") }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let tensor = inputs.tensor(0)
    let shape = tensor.shape
    let input = try inputs.integers(1, "axes")
    guard let written = axes ?? input else {
      return [tensor.reshaped(shape.filter { $0 != 1 })]
    }
    let removed = try OperatorAxis.indices(written, rank: shape.count)
    guard removed.allSatisfy({ shape[$0] == 1 }) else {
      throw OperatorError(.input("data", expected: "size 1 along the axes \(written)", found: shape.asShape))
    }
    return [tensor.reshaped(shape.indices.filter { !removed.contains($0) }.map { shape[$0] })]
  }
}

struct UnsqueezeOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "Unsqueeze", "the same elements with axes of size 1 at the given places of the result",
    inputs: [.required("data", .all), .required("axes", .integers, opsets: SqueezedAxes.opsetsOfInput)],
    outputs: ["expanded"],
    attributes: [.required("axes", .ints, opsets: SqueezedAxes.opsetsOfField)])

  let axes: [Int]?

  init(_ attributes: OperatorAttributes) { axes = attributes.ints("axes") }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let tensor = inputs.tensor(0)
    let input = try inputs.integers(1, "axes")
    guard let written = axes ?? input else { throw OperatorError(.missingInput("axes")) }
    let rank = tensor.shape.count + written.count
    guard rank <= OperatorLimits.rank else {
      throw OperatorError(.rank(input: "data", rank, limit: OperatorLimits.rank))
    }
    let added = try OperatorAxis.indices(written, rank: rank)
    var rest = tensor.shape[...]
    return [tensor.reshaped((0..<rank).map { added.contains($0) ? 1 : rest.removeFirst() })]
  }
}
