struct SliceOperator: StatelessOperator {
  static let signature = OperatorSignature(
    "Slice", "from starts to before ends along axes, in steps; beyond the borders is cut off",
    inputs: [
      .required("data", .all), .required("starts", .integers), .required("ends", .integers),
      .optional("axes", .integers), .optional("steps", .integers),
    ], outputs: ["output"])

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let tensor = inputs.tensor(0)
    let starts = try inputs.integers(1, "starts") ?? []
    let ends = try inputs.integers(2, "ends") ?? []
    let axes = try OperatorAxis.indices(
      inputs.integers(3, "axes") ?? Array(0..<starts.count), rank: tensor.shape.count)
    let steps = try inputs.integers(4, "steps") ?? starts.map { _ in 1 }
    for (name, list) in [("ends", ends), ("axes", axes), ("steps", steps)] where list.count != starts.count {
      throw OperatorError(
        .input(name, expected: "as many numbers as starts, \(starts.count)", found: "\(list.count)"))
    }
    guard !steps.contains(0) else {
      throw OperatorError(.input("steps", expected: "numbers but 0", found: "\(steps)"))
    }
    var shape = tensor.shape
    var strides = tensor.shape.denseStrides
    var offset = 0
    for (index, axis) in axes.enumerated() {
      let size = shape[axis]
      // A step beyond the size takes one element, as the size does.
      let step = max(-max(size, 1), min(max(size, 1), steps[index]))
      let start = Self.clamped(starts[index], size, step > 0 ? 0...size : 0...max(0, size - 1))
      let end = Self.clamped(ends[index], size, step > 0 ? 0...size : -1...max(-1, size - 1))
      let length = step > 0 ? end - start : start - end
      shape[axis] = size == 0 ? 0 : max(0, (length + step.magnitudeInt - 1) / step.magnitudeInt)
      offset += shape[axis] == 0 ? 0 : start * strides[axis]
      strides[axis] *= step
    }
    return [try tensor.moved(to: shape, by: StridedView(offset: offset, shape: shape, strides: strides))]
  }

  /// A position counted from the front, cut to a range.
  private static func clamped(_ position: Int, _ size: Int, _ range: ClosedRange<Int>) -> Int {
    // The smallest number is before everything.
    let place = position < 0 ? position.addingReportingOverflow(size).partialValue : position
    return min(range.upperBound, max(range.lowerBound, place))
  }
}

extension Int {
  fileprivate var magnitudeInt: Int { self < 0 ? -self : self }
}
