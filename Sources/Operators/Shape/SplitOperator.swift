/// The sizes of the parts are an attribute before version 13 of the operator set, an input from then on. From version 18 on
/// equal parts need their number as an attribute, and the last one may be smaller.
struct SplitOperator: OperatorDescription {
  private static let last = OperatorSignature.opsets.upperBound

  static let signature = OperatorSignature(
    "Split", "parts of an axis, of given sizes or of equal ones",
    inputs: [.required("input", .all), .optional("split", .integers, opsets: 13...last)],
    outputs: ["outputs"],
    outputCounts: 1...Int.max,
    attributes: [
      .int("axis", 0), .optional("split", .ints, opsets: OperatorSignature.opsets.lowerBound...12),
      .optional("num_outputs", .int, opsets: 18...last),
    ])

  let axis: Int
  let sizes: [Int]?
  let count: Int
  let maySplitUnevenly: Bool

  init(_ attributes: OperatorAttributes) throws(OperatorError) {
    axis = attributes.int("axis")
    sizes = attributes.ints("split")
    count = attributes.outputCount
    maySplitUnevenly = attributes.optionalInt("num_outputs") != nil
    if let wanted = attributes.optionalInt("num_outputs"), wanted != count {
      throw OperatorError(
        .attribute("num_outputs", expected: "the number of outputs, \(count)", found: "\(wanted)"))
    }
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let tensor = try inputs.tensor(0, "input", ranks: 1...OperatorLimits.rank)
    let axis = try OperatorAxis.index(axis, rank: tensor.shape.count)
    let input = try inputs.integers(1, "split")
    let sizes = if let written = sizes ?? input { written } else { try equalParts(of: tensor.shape[axis]) }
    let isWhole =
      sizes.count == count && sizes.allSatisfy { $0 >= 0 && $0 <= tensor.shape[axis] }
      && sizes.reduce(0, +) == tensor.shape[axis]
    guard isWhole else {
      throw OperatorError(
        .input("split", expected: "\(count) sizes with the sum \(tensor.shape[axis])", found: "\(sizes)"))
    }
    let strides = tensor.shape.denseStrides
    var parts: [OperatorTensor<S>] = []
    var start = 0
    for size in sizes {
      var shape = tensor.shape
      shape[axis] = size
      parts.append(
        try tensor.moved(
          to: shape, by: StridedView(offset: start * strides[axis], shape: shape, strides: strides)))
      start += size
    }
    return parts
  }

  private func equalParts(of size: Int) throws(OperatorError) -> [Int] {
    guard count <= max(size, OperatorLimits.size) else {
      throw OperatorError(.input("input", expected: "an axis for \(count) parts", found: "the size \(size)"))
    }
    guard maySplitUnevenly || size % count == 0 else {
      throw OperatorError(
        .input("input", expected: "an axis for \(count) equal parts", found: "the size \(size)"))
    }
    let part = (size + count - 1) / count
    return (0..<count).map { max(0, min(part, size - $0 * part)) }
  }
}
