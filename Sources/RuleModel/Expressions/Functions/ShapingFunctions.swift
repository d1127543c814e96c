import Tensors

extension ExpressionFunction {
  /// Functions that put the numbers of tensors into another shape or order.
  static let shaping: [ExpressionFunction] = [
    ExpressionFunction(
      "reshape", .shaping, [.required("x"), .required("shape", .shape)],
      "the same numbers in another shape; one size may be -1 and follows from the others",
      .operands(
        type: { (types) throws(ExpressionError) in
          .numbers(
            try reshaped(types.shape(of: 0), to: types.sizes(1, infers: true), at: types.call[1].range))
        },
        value: { (evaluator, values, type) throws(ExpressionError) in
          try evaluator.admit(type.sizes, at: values.call.range)
          return try evaluator.made(values.tensor(0).reshaped(type.sizes), at: values.call.range)
        })),
    ExpressionFunction(
      "transpose", .shaping, [.required("x"), .optional("axes", .axes)],
      "the axes in another order, reversed without `axes`",
      .operands(
        type: { (types) throws(ExpressionError) in
          let shape = try types.shape(of: 0)
          let order = try types.axes(1, rank: shape.rank)
          guard let dimensions = shape.dimensions else { return .tensor(.unknown) }
          guard types.has(1) else { return .numbers(SymbolicShape(dimensions.reversed())) }
          guard let order else { return .tensor(.rank(dimensions.count)) }
          guard order.count == dimensions.count else {
            throw ExpressionError(
              .wrongAxisCount(found: order.count, rank: dimensions.count), at: types.call.range(of: 1))
          }
          return .numbers(SymbolicShape(order.map { dimensions[$0] }))
        },
        value: { (evaluator, values, type) throws(ExpressionError) in
          let source = try values.tensor(0)
          let order = values.axes(1, rank: source.shape.count) ?? source.shape.indices.reversed()
          return try evaluator.picked(from: source, type, at: values.call.range) { $0.transposed(order) }
        })),
    ExpressionFunction(
      "slice", .shaping,
      [.required("x"), .required("start", .integer), .required("end", .integer), .optional("axis", .axes)],
      "the part from `start` up to, not including, `end` along an axis, the first by default; negative ones count from the end",
      .operands(
        type: { (types) throws(ExpressionError) in
          let shape = try types.tensorShape(of: 0)
          let (start, end) = (try types.integer(1), try types.integer(2))
          guard let dimensions = shape.dimensions else {
            _ = try types.axes(3, rank: nil)
            return .tensor(.unknown)
          }
          guard let axis = try types.axis(3, rank: dimensions.count) else {
            return .tensor(.rank(dimensions.count))
          }
          return .tensor(try shape.sliced(axis: axis, from: start, to: end, at: types.call.range))
        },
        value: { (evaluator, values, type) throws(ExpressionError) in
          let source = try values.tensor(0)
          let axis = values.axes(3, rank: source.shape.count)?.first ?? 0
          let start = values.integers(1)?.first ?? 0
          let first = start < 0 ? source.shape[axis] + start : start
          let range = first..<first + type.sizes[axis]
          return try evaluator.picked(from: source, type, at: values.call.range) {
            $0.sliced(range, axis: axis)
          }
        })),
    ExpressionFunction(
      "concat", .shaping, [.required("tensors", .tensors), .optional("axis", .axes)],
      "the tensors of a list one behind the other along an axis, the first by default",
      .operands(
        type: { (types) throws(ExpressionError) in
          guard let tensors = try types.tensors(0) else {
            _ = try types.axes(1, rank: nil)
            return .tensor(.unknown)
          }
          return .tensor(try concatenated(tensors, types))
        },
        value: { (evaluator, values, type) throws(ExpressionError) in
          guard case .list(let items) = values[0] else {
            throw values.call.refusal(0, .tensors, values[0].type)
          }
          let axis = values.axes(1, rank: type.sizes.count)?.first ?? 0
          try evaluator.admit(type.sizes, at: values.call.range)
          return try evaluator.made(
            LazyTensor.concatenated(items.compactMap(\.lazyTensor), axis: axis), at: values.call.range)
        })),
    ExpressionFunction(
      "flip", .shaping, [.required("x"), .optional("axis", .axes)],
      "the numbers in reversed order along axes, the first by default",
      .operands(
        type: { (types) throws(ExpressionError) in
          let shape = try types.tensorShape(of: 0)
          _ = try types.axes(1, rank: shape.rank)
          return .tensor(shape)
        },
        value: { (evaluator, values, type) throws(ExpressionError) in
          let source = try values.tensor(0)
          let axes = values.axes(1, rank: source.shape.count) ?? [0]
          return try evaluator.picked(from: source, type, at: values.call.range) { $0.flipped(axes) }
        })),
    ExpressionFunction(
      "pad", .shaping, [.required("x"), .required("low", .axes), .required("high", .axes)],
      "the tensor with zeros around it: so many before and behind, for each axis or one number for all",
      .operands(
        type: { (types) throws(ExpressionError) in
          let shape = try types.tensorShape(of: 0)
          return .tensor(
            try padded(shape, low: margins(types, 1, shape.rank), high: margins(types, 2, shape.rank)))
        },
        value: { (evaluator, values, type) throws(ExpressionError) in
          let source = try values.tensor(0)
          var low = values.integers(1) ?? []
          if low.count == 1 { low = Array(repeating: low[0], count: source.shape.count) }
          return try evaluator.picked(from: source, type, at: values.call.range) {
            $0.padded(to: type.sizes, at: low)
          }
        })),
    laying("rows", "a vector laid along axis 0 of the tensor that it meets", axis: 0),
    laying("columns", "a vector laid along axis 1 of the tensor that it meets", axis: 1),
  ]

  private static func laying(_ name: String, _ summary: String, axis: Int) -> ExpressionFunction {
    ExpressionFunction(
      name, .shaping, [.required("x")], summary,
      .operands(
        type: { (types) throws(ExpressionError) in
          guard let dimensions = try types.shape(of: 0).dimensions else {
            return .aligned(.unknown, axis: axis)
          }
          if dimensions.isEmpty { return .number() }
          guard dimensions.count == 1 else {
            throw ExpressionError(
              .wrongRank(types.call.function, expected: 1, found: dimensions.count), at: types.call[0].range)
          }
          return .aligned(dimensions[0], axis: axis)
        },
        value: { (evaluator, values, _) throws(ExpressionError) in
          let vector = try evaluator.held(values.tensor(0), at: values.call[0].range)
          return vector.shape.isEmpty ? ExpressionValue(vector) : .aligned(vector, axis: axis)
        }))
  }

  // MARK: Shapes

  private static func reshaped(
    _ source: SymbolicShape, to target: SymbolicShape, at range: Range<Int>
  ) throws(ExpressionError) -> SymbolicShape {
    guard var dimensions = target.dimensions else { return .unknown }
    let refusal = ExpressionError(.cannotReshape(from: source, to: target), at: range)
    let free = dimensions.indices.filter { dimensions[$0] == .known(-1) }
    guard free.count <= 1 else { throw refusal }
    guard let index = free.first else {
      if let from = source.elementCount, let to = target.elementCount, from != to { throw refusal }
      // Sizes whose product cannot be counted.
      if source.elementCount != nil, target.elementCount == nil, target.isKnown { throw refusal }
      return target
    }
    dimensions[index] = .known(1)
    let others = SymbolicShape(dimensions)
    dimensions[index] = .unknown
    if let count = source.elementCount, others.isKnown {
      guard let rest = others.elementCount, rest > 0, count % rest == 0 else { throw refusal }
      dimensions[index] = .known(count / rest)
    }
    return SymbolicShape(dimensions)
  }

  private static func concatenated(
    _ tensors: [(shape: SymbolicShape, range: Range<Int>)], _ types: OperandTypes
  ) throws(ExpressionError) -> SymbolicShape {
    var joined: [Dimension]?
    var isKnown = true
    for (shape, range) in tensors {
      guard let dimensions = shape.dimensions else {
        isKnown = false
        continue
      }
      let axis = try types.axis(1, rank: dimensions.count)
      guard let before = joined else {
        joined = dimensions
        continue
      }
      guard before.count == dimensions.count else {
        throw ExpressionError(.concatRanks(before.count, dimensions.count), at: range)
      }
      guard let axis else {
        joined = [Dimension](repeating: .unknown, count: before.count)
        continue
      }
      for index in before.indices where index != axis && !before[index].canEqual(dimensions[index]) {
        throw ExpressionError(.concatConflict(SymbolicShape(before), shape, axis: axis), at: range)
      }
      joined?[axis] = before[axis].plus(dimensions[axis])
    }
    return isKnown ? SymbolicShape(joined) : joined.map { .rank($0.count) } ?? .unknown
  }

  /// The zeros at one side of each axis; nil where not even the number of axes is known.
  private static func margins(
    _ types: OperandTypes, _ index: Int, _ rank: Int?
  ) throws(ExpressionError) -> [Dimension]? {
    var counts: [Dimension]
    switch types[index] {
    case .number(let count): counts = [count]
    case .shape(let list):
      guard let dimensions = list.dimensions else { return nil }
      counts = dimensions
    case .dynamic, .list(.dynamic): return nil
    case .tensor(let vector) where vector.rank ?? 1 <= 1: return nil
    case let found: throw types.call.refusal(index, .axes, found)
    }
    for case .known(let count) in counts where count < 0 {
      throw ExpressionError(.badDimension(Double(count)), at: types.call[index].range)
    }
    guard let rank else { return nil }
    if counts.count == 1 { counts = Array(repeating: counts[0], count: rank) }
    guard counts.count == rank else {
      throw ExpressionError(.wrongAxisCount(found: counts.count, rank: rank), at: types.call[index].range)
    }
    return counts
  }

  private static func padded(
    _ shape: SymbolicShape, low: [Dimension]?, high: [Dimension]?
  ) -> SymbolicShape {
    guard let dimensions = shape.dimensions else { return .unknown }
    guard let low, let high else { return .rank(dimensions.count) }
    return SymbolicShape(dimensions.indices.map { dimensions[$0].plus(low[$0]).plus(high[$0]) })
  }
}

extension Dimension {
  /// The sum of two sizes; a sum that no number holds is larger than every limit.
  fileprivate func plus(_ other: Dimension) -> Dimension {
    guard case .known(let a) = self, case .known(let b) = other else { return .unknown }
    let (sum, overflow) = a.addingReportingOverflow(b)
    return .known(overflow ? .max : sum)
  }
}

extension SymbolicShape {
  /// Whether every size is a number.
  fileprivate var isKnown: Bool {
    dimensions?.allSatisfy { if case .known = $0 { true } else { false } } ?? false
  }

  /// The shape of the part from `start` up to `end` along an axis; nil for an end that is that of the axis.
  func sliced(
    axis: Int, from start: Dimension, to end: Dimension?, at range: Range<Int>
  ) throws(ExpressionError) -> SymbolicShape {
    guard var result = dimensions else { return .unknown }
    let count = result[axis]
    result[axis] = .unknown
    switch (start, end ?? count, count) {
    case (.known(let start), .known(let end), .known(let count)):
      guard let bounds = Range<Int>.slice(from: start, to: end, count: count) else {
        throw ExpressionError(.sliceOutOfRange(from: start, to: end, count: count), at: range)
      }
      result[axis] = .known(bounds.count)
    case (.known(let start), .known(let end), _) where (start < 0) == (end < 0) && start <= end:
      result[axis] = .known(end - start)
    default: break
    }
    return SymbolicShape(result)
  }
}
