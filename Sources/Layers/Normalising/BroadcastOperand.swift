/// The second operand of Scale and Bias: a bottom or a parameter blob, whose dimensions are those of the first
/// bottom from `axis` on.
struct BroadcastOperand: Sendable {
  private let subject: LayerSubject
  private let message: String
  private let axis: Int
  private let axisCount: Int
  /// Whether the second bottom is the operand.
  let isBottom: Bool

  /// The fields of a message that has `axis` and `num_axes`, and others.
  static func fields(
    of message: String, reads: [String] = [], ignores: [String] = []
  ) -> ParameterMessage {
    ParameterMessage(message, reads: reads + ["axis", "num_axes"], ignores: ignores + ["filler"])
  }

  /// Draws `axis` and `num_axes`, mostly those of the channels.
  static func draw(_ message: String, _ sketch: inout LayerSketch) {
    sketch.set(message, "axis", oneOf: [nil, nil, nil, nil, "1", "0", "2", "-1"])
    sketch.set(message, "num_axes", oneOf: [nil, nil, nil, nil, nil, "1", "0", "2"])
  }

  /// Reads `axis` and `num_axes` of `message`.
  init(_ description: WrittenLayer, message: String) throws(LayerError) {
    try description.require(bottoms: 1...2)
    subject = description.subject
    self.message = message
    isBottom = description.bottomCount == 2
    axis = try description.integer(message, "axis", default: 1)
    axisCount = try description.integer(message, "num_axes", default: 1)
    guard axisCount >= -1 else {
      throw description.error(
        .parameter(field: "\(message).num_axes", found: "\(axisCount)", expected: .notNegative))
    }
  }

  /// The shape of the operand for these bottoms.
  func shape(_ bottoms: [[Int]]) throws(LayerError) -> [Int] {
    if isBottom { return bottoms[1] }
    guard axisCount != 0 else { return [] }
    let axes = try axes(of: bottoms[0])
    return Array(bottoms[0][axes])
  }

  /// The axes of a bottom that a parameter blob spans.
  private func axes(of shape: [Int]) throws(LayerError) -> Range<Int> {
    let axis = try Axis.index(axis, of: shape, field: "\(message).axis", subject)
    let end = axisCount == -1 ? shape.count : axis + axisCount
    guard end <= shape.count else {
      throw LayerError(subject, .axis(field: "\(message).num_axes", value: axisCount, shape: shape))
    }
    return axis..<end
  }

  /// How many values one of the operand's covers in the first bottom.
  ///
  /// - Parameter blob: the shape of the parameter blob, when that is the operand.
  func inner(_ inputs: [[Int]], blob: [Int]?) throws(LayerError) -> Int {
    let shape = inputs[0]
    if isBottom {
      let operand = inputs[1]
      guard !operand.isEmpty else { return shape.product }
      let axis = try Axis.index(axis, of: shape, field: "\(message).axis", subject)
      guard axis + operand.count <= shape.count, Array(shape[axis..<axis + operand.count]) == operand else {
        let expected = Array(shape[axis..<min(shape.count, axis + operand.count)])
        throw LayerError(subject, .inputShape(index: 1, expected: expected, found: operand))
      }
      return shape[(axis + operand.count)...].product
    }
    guard axisCount != 0 else {
      try check(blob, count: 1)
      return shape.product
    }
    let axes = try axes(of: shape)
    try check(blob, count: shape[axes].product)
    return shape[axes.upperBound...].product
  }

  /// Holds a blob against the number of values that it must have, where there is one.
  private func check(_ blob: [Int]?, count: Int) throws(LayerError) {
    if let blob { try Blobs.check([blob], 0, count: count, subject) }
  }
}
