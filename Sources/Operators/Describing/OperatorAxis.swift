/// Axes as ONNX counts them: from the front, or negative from the end.
enum OperatorAxis {
  /// The axis from the front.
  ///
  /// - Throws: `OperatorError` for an axis that is not there.
  static func index(_ axis: Int, rank: Int) throws(OperatorError) -> Int {
    guard axis >= -rank, axis < rank else { throw OperatorError(.axis(axis, rank: rank)) }
    return axis < 0 ? axis + rank : axis
  }

  /// The axes from the front, in the order given.
  ///
  /// - Throws: `OperatorError` for an axis that is not there or is there twice.
  static func indices(_ axes: [Int], rank: Int) throws(OperatorError) -> [Int] {
    var result: [Int] = []
    for axis in axes {
      let index = try index(axis, rank: rank)
      guard !result.contains(index) else {
        throw OperatorError(.input("axes", expected: "axes that are all different", found: "\(axes)"))
      }
      result.append(index)
    }
    return result
  }
}

/// A tensor seen as outer × one axis × inner.
struct AxisSplit {
  let outer: Int
  let size: Int
  let inner: Int

  /// The split of a shape within the limits at an axis from the front.
  init(_ shape: [Int], _ axis: Int) {
    outer = shape[..<axis].reduce(1, *)
    size = shape[axis]
    inner = shape[(axis + 1)...].reduce(1, *)
  }
}
