import Layers

/// The attributes that RNN and LSTM have in common.
enum RecurrentFields {
  enum Direction: String, CaseIterable {
    case forward
    case reverse
    case bidirectional
  }

  private static let since14 = 14...OperatorSignature.opsets.upperBound

  static let all: [OperatorAttributeField] = [
    .string("direction", "forward", oneOf: Direction.allCases.map(\.rawValue)),
    .optional("hidden_size", .int),
    .int("layout", 0, opsets: since14),
  ]
}

/// What RNN and LSTM have in common: the shapes, the products with the weights, the order of the steps.
struct RecurrentInputs<S: OperatorScalar> {
  let steps: Int
  let batch: Int
  let hidden: Int
  /// For each direction, whether it goes backwards.
  let isBackward: [Bool]
  /// How many steps each sequence of the batch has.
  let lengths: [Int]
  private let width: Int
  private let gates: Int
  private let x: [S]
  private let w: [S]
  private let r: [S]
  private let bias: [S]?

  /// Checks the shapes of X, W, R, B, sequence_lens and initial_h, the inputs 0 to 5.
  ///
  /// - Parameter gates: how many products a step has for each hidden number.
  init(
    _ inputs: [OperatorTensor<S>?], _ attributes: OperatorAttributes, gates: Int
  ) throws(OperatorError) {
    guard attributes.int("layout") == 0 else {
      throw OperatorError(.attribute("layout", expected: "0", found: "\(attributes.int("layout"))"))
    }
    switch RecurrentFields.Direction(rawValue: attributes.string("direction")) ?? .forward {
    case .forward: isBackward = [false]
    case .reverse: isBackward = [true]
    case .bidirectional: isBackward = [false, true]
    }
    let shape = try inputs.tensor(0, "X", ranks: 3...3).shape
    (steps, batch, width) = (shape[0], shape[1], shape[2])
    hidden = try inputs.tensor(2, "R", ranks: 3...3).shape[2]
    self.gates = gates
    if let wanted = attributes.optionalInt("hidden_size"), wanted != hidden {
      throw OperatorError(.attribute("hidden_size", expected: "the size of R, \(hidden)", found: "\(wanted)"))
    }
    let directions = isBackward.count
    try OperatorLimits.check([steps, batch, gates, hidden])
    try OperatorLimits.check([steps, directions, batch, hidden])
    try OperatorLimits.check(multiplications: [steps, directions, batch, gates, hidden, max(width, hidden)])
    let rows = gates * hidden
    try inputs.require(1, "W", shape: [directions, rows, width])
    try inputs.require(2, "R", shape: [directions, rows, hidden])
    try inputs.require(3, "B", shape: [directions, 2 * rows])
    try inputs.require(4, "sequence_lens", shape: [batch])
    try inputs.require(5, "initial_h", shape: [directions, batch, hidden])
    lengths = try inputs.integers(4, "sequence_lens") ?? Array(repeating: steps, count: batch)
    let most = steps
    guard lengths.allSatisfy({ $0 >= 0 && $0 <= most }) else {
      throw OperatorError(
        .input("sequence_lens", expected: "numbers from 0 to \(steps)", found: "\(lengths)"))
    }
    (x, w, r) = (inputs.floats(0), inputs.floats(1), inputs.floats(2))
    bias = inputs[3] == nil ? nil : inputs.floats(3)
  }

  /// X·Wᵀ and both biases, for all steps: steps × batch × gates × hidden.
  func products(_ direction: Int) -> [S] {
    let rows = gates * hidden
    var products = [S](repeating: 0, count: steps * batch * rows)
    products.withUnsafeMutableBufferPointer { target in
      guard let target = target.baseAddress else { return }
      LinearProducts.multiply(
        x, .init(), w, .init(start: direction * rows * width, isTransposed: true), rows: steps * batch,
        depth: width,
        columns: rows, into: target)
    }
    guard let bias else { return products }
    let start = direction * 2 * rows
    let sums = (0..<rows).map { bias[start + $0] + bias[start + rows + $0] }
    let plan = BroadcastPlan(shape: [steps * batch, rows], strides: [[rows, 1], [0, 1]])
    return Elements.map(products, sums, plan) { $0 + $1 }
  }

  /// H·Rᵀ: batch × gates × hidden.
  func recurrence(_ state: [S], _ direction: Int) -> [S] {
    let rows = gates * hidden
    var products = [S](repeating: 0, count: batch * rows)
    products.withUnsafeMutableBufferPointer { target in
      guard let target = target.baseAddress else { return }
      LinearProducts.multiply(
        state, .init(), r, .init(start: direction * rows * hidden, isTransposed: true), rows: batch,
        depth: hidden,
        columns: rows, into: target)
    }
    return products
  }

  /// The part of an initial state that belongs to a direction; zeros where none is given.
  func state(_ tensor: OperatorTensor<S>?, _ direction: Int) -> [S] {
    let count = batch * hidden
    guard let tensor else { return Array(repeating: 0, count: count) }
    return Array(tensor.values.floats[direction * count..<(direction + 1) * count])
  }

  /// The step of the sequence that is computed at a time; nil where the sequence has ended.
  func step(_ time: Int, _ direction: Int, _ sequence: Int) -> Int? {
    guard time < lengths[sequence] else { return nil }
    return isBackward[direction] ? lengths[sequence] - 1 - time : time
  }

  /// Where a state of a step stands in the output steps × directions × batch × hidden.
  func place(_ step: Int, _ direction: Int, _ sequence: Int) -> Int {
    ((step * isBackward.count + direction) * batch + sequence) * hidden
  }
}
