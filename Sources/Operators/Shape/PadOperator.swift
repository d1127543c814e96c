/// Elements before and behind each axis; negative numbers cut off.
struct PadOperator: OperatorDescription {
  private static let last = OperatorSignature.opsets.upperBound

  static let signature = OperatorSignature(
    "Pad",
    "more elements before and behind axes: a constant, the border's, mirrored or repeated; negative ones cut off",
    inputs: [
      .required("data", .all, as: "T"), .required("pads", .integers),
      .optional("constant_value", .all, as: "T"),
      .optional("axes", .integers, opsets: 18...last),
    ], outputs: ["output"],
    attributes: [.string("mode", "constant", oneOf: ["constant", "reflect", "edge", "wrap"])])

  private enum Mode: String {
    case constant
    case reflect
    case edge
    case wrap
  }

  private let mode: Mode

  init(_ attributes: OperatorAttributes) throws(OperatorError) {
    let word = attributes.string("mode")
    mode = Mode(rawValue: word) ?? .constant
    if mode == .wrap, attributes.opset < 19 {
      throw OperatorError(.attributeWord("mode", expected: ["constant", "reflect", "edge"], found: word))
    }
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let tensor = inputs.tensor(0)
    let rank = tensor.shape.count
    let axes = try OperatorAxis.indices(inputs.integers(3, "axes") ?? Array(0..<rank), rank: rank)
    let pads = try inputs.integers(1, "pads") ?? []
    guard pads.count == 2 * axes.count, pads.allSatisfy({ abs($0.clamped) <= OperatorLimits.count }) else {
      throw OperatorError(
        .input(
          "pads", expected: "\(2 * axes.count) numbers up to \(OperatorLimits.count)",
          found: "\(pads.count): \(pads)"))
    }
    var before = [Int](repeating: 0, count: rank)
    var behind = before
    for (index, axis) in axes.enumerated() {
      before[axis] = pads[index]
      behind[axis] = pads[axes.count + index]
    }
    let shape = tensor.shape.indices.map { tensor.shape[$0] + before[$0] + behind[$0] }
    try OperatorLimits.check(shape)
    var maps: [[Int]?] = []
    for axis in shape.indices {
      maps.append(
        before[axis] == 0 && behind[axis] == 0
          ? nil : try map(tensor.shape[axis], before[axis], behind[axis]))
    }
    guard mode == .constant else { return [try tensor.moved(to: shape, by: AxisMaps(tensor.shape, maps))] }
    let fill = try inputs[2].map { given throws(OperatorError) in
      guard given.values.count == 1 else {
        throw OperatorError(.input("constant_value", expected: "a single number", found: given.shape.asShape))
      }
      return given.values
    }
    let values = try OperatorValues<S>.moving(
      [tensor.values] + (fill.map { [$0] } ?? []), by: AxisMaps(tensor.shape, maps))
    return [OperatorTensor(shape: shape, values: values)]
  }

  /// For each position of a result the position in the source; −1 for the constant. What is cut off is cut off first: it is
  /// neither mirrored nor repeated.
  private func map(_ size: Int, _ before: Int, _ behind: Int) throws(OperatorError) -> [Int] {
    let cut = max(0, -before)
    let rest = size - cut - max(0, -behind)
    guard rest >= 0 else {
      throw OperatorError(
        .input("pads", expected: "cuts of at most \(size)", found: "\(before) and \(behind)"))
    }
    if mode != .constant, rest == 0, before > 0 || behind > 0 {
      throw OperatorError(.input("data", expected: "elements along the axes that are padded", found: "none"))
    }
    return (-max(0, before)..<rest + max(0, behind)).map { place in
      if place >= 0, place < rest { return cut + place }
      switch mode {
      case .constant: return -1
      case .edge: return cut + (place < 0 ? 0 : rest - 1)
      case .wrap: return cut + ((place % rest) + rest) % rest
      case .reflect:
        let period = max(1, 2 * (rest - 1))
        let folded = ((place % period) + period) % period
        return cut + min(folded, period - folded) % rest
      }
    }
  }
}

extension Int {
  /// A number whose magnitude fits.
  fileprivate var clamped: Int { Swift.max(self, -Int.max) }
}
