import Tensors

extension ExpressionFunction {
  /// Functions that pick, order and add up numbers along one axis.
  static let selecting: [ExpressionFunction] = [
    ExpressionFunction(
      "take", .selecting, [.required("x"), .required("places", .shape), .optional("axis", .axes)],
      "the parts at some places along an axis, the first by default, in the order of the places",
      .operands(
        type: { (types) throws(ExpressionError) in
          let (shape, axis) = try along(types, axisAt: 2)
          let places = try types.places(1)
          guard var dimensions = shape.dimensions, let axis else { return .tensor(ofRank: shape.rank) }
          if case .known(let count) = dimensions[axis] {
            for case .known(let place) in places.dimensions ?? [] where Tensor.axis(place, rank: count) == nil
            {
              throw ExpressionError(.outOfRange(index: place, count: count), at: types.call[1].range)
            }
          }
          dimensions[axis] = places.dimensions.map { .known($0.count) } ?? .unknown
          return .tensor(SymbolicShape(dimensions))
        },
        value: { (evaluator, values, _) throws(ExpressionError) in
          let source = try values.tensor(0)
          let axis = values.axes(2, rank: source.shape.count)?.first ?? 0
          let count = source.shape[axis]
          let places = (values.integers(1) ?? []).map { $0 < 0 ? $0 + count : $0 }
          return try evaluator.taken(source, places, axis: axis, at: values.call.range)
        })),
    ExpressionFunction(
      "compress", .selecting, [.required("x"), .required("mask"), .optional("axis", .axes)],
      "the parts along an axis, the first by default, where the mask, one number for each part, is not 0",
      .operands(
        type: { (types) throws(ExpressionError) in
          let (shape, axis) = try along(types, axisAt: 2)
          let mask = try types.shape(of: 1, .mask)
          guard var dimensions = shape.dimensions, let axis else { return .tensor(ofRank: shape.rank) }
          if let masked = mask.dimensions {
            guard masked.count == 1, masked[0].canEqual(dimensions[axis]) else {
              throw ExpressionError(
                .shapeConflict(SymbolicShape([dimensions[axis]]), mask), at: types.call[1].range)
            }
          }
          dimensions[axis] = .unknown
          return .tensor(SymbolicShape(dimensions))
        },
        value: { (evaluator, values, _) throws(ExpressionError) in
          let source = try values.tensor(0)
          let axis = values.axes(2, rank: source.shape.count)?.first ?? 0
          let mask = try evaluator.held(values.tensor(1), at: values.call[1].range).values
          let places = mask.indices.filter { mask[$0] != 0 }
          return try evaluator.taken(source, places, axis: axis, at: values.call.range)
        })),
    ExpressionFunction(
      "sort", .selecting, [.required("x")], "the numbers of a vector, the smallest first",
      .operands(
        type: { (types) throws(ExpressionError) in try vector(types) },
        value: { (evaluator, values, _) throws(ExpressionError) in
          let vector = try evaluator.held(values.tensor(0), at: values.call[0].range).values
          try evaluator.spend([vector.count], at: values.call.range)
          return .tensor(Tensor(vector.sorted()))
        })),
    ExpressionFunction(
      "argsort", .selecting, [.required("x")],
      "the places of a vector's numbers, the smallest first, equal ones in their order",
      .operands(
        type: { (types) throws(ExpressionError) in try vector(types) },
        value: { (evaluator, values, _) throws(ExpressionError) in
          let vector = try evaluator.held(values.tensor(0), at: values.call[0].range).values
          try evaluator.spend([vector.count], at: values.call.range)
          let places = vector.indices.sorted { (vector[$0], $0) < (vector[$1], $1) }
          return .tensor(Tensor(places.map(Double.init)))
        })),
    ExpressionFunction(
      "argmax", .selecting, [.required("x"), .optional("axis", .axes)],
      "the place of the largest number along an axis, of equal ones the first; without `axis` the place among all numbers in their order",
      .operands(
        type: { (types) throws(ExpressionError) in
          let shape = try types.tensorShape(of: 0)
          if shape.elementCount == 0 {
            throw ExpressionError(.nothingToReduce(types.call.function), at: types.call.range)
          }
          guard types.has(1) else { return .number() }
          guard var dimensions = shape.dimensions,
            let axis = try types.axis(1, rank: shape.rank ?? 0)
          else { return .tensor(.unknown) }
          dimensions.remove(at: axis)
          return .numbers(SymbolicShape(dimensions))
        },
        value: { (evaluator, values, _) throws(ExpressionError) in
          let source = try evaluator.held(values.tensor(0), at: values.call[0].range)
          guard let axis = values.axes(1, rank: source.shape.count)?.first else {
            return ExpressionValue(source.reshaped([source.values.count]).largestPlaces(axis: 0))
          }
          return ExpressionValue(source.largestPlaces(axis: axis))
        })),
    accumulation(
      "cumsum", "the sums of each number and all before it along an axis, the first by default", +),
    accumulation(
      "cumprod", "the products of each number and all before it along an axis, the first by default", *),
  ]

  private static func accumulation(
    _ name: String, _ summary: String, _ operation: @escaping @Sendable (Double, Double) -> Double
  ) -> ExpressionFunction {
    ExpressionFunction(
      name, .selecting, [.required("x"), .optional("axis", .axes)], summary,
      .operands(
        type: { (types) throws(ExpressionError) in .tensor(try along(types, axisAt: 1).shape) },
        value: { (evaluator, values, type) throws(ExpressionError) in
          let source = try evaluator.held(values.tensor(0), at: values.call[0].range)
          try evaluator.spend(type.sizes, at: values.call.range)
          let axis = values.axes(1, rank: source.shape.count)?.first ?? 0
          return .tensor(source.accumulated(axis: axis, operation))
        }))
  }

  private static func along(
    _ types: OperandTypes, axisAt index: Int
  ) throws(ExpressionError) -> (shape: SymbolicShape, axis: Int?) {
    let shape = try types.tensorShape(of: 0)
    guard let rank = shape.rank else {
      _ = try types.axes(index, rank: nil)
      return (shape, nil)
    }
    return (shape, try types.axis(index, rank: rank))
  }

  /// The type of the first operand, which must be a vector.
  private static func vector(_ types: OperandTypes) throws(ExpressionError) -> ExpressionType {
    guard let dimensions = try types.shape(of: 0).dimensions else { return .tensor(.rank(1)) }
    guard dimensions.count == 1 else {
      throw ExpressionError(
        .wrongRank(types.call.function, expected: 1, found: dimensions.count), at: types.call[0].range)
    }
    return .tensor(SymbolicShape(dimensions))
  }
}

extension ExpressionType {
  fileprivate static func tensor(ofRank rank: Int?) -> ExpressionType {
    .tensor(rank.map { .rank($0) } ?? .unknown)
  }
}

extension OperandTypes {
  /// Places along an axis, as a number, a list or a vector says them.
  fileprivate func places(_ index: Int) throws(ExpressionError) -> SymbolicShape {
    switch self[index] {
    case .shape(let list): return list
    case .number(let dimension): return SymbolicShape([dimension])
    case .list(.dynamic), .dynamic: return .unknown
    case .tensor(let vector) where vector.rank ?? 1 <= 1: return .unknown
    case let found: throw call.refusal(index, .shape, found)
    }
  }
}

extension ExpressionEvaluator {
  /// The pieces at which a tensor is read in order where its places make few runs; else it is held.
  private static let runLimit = 64

  /// The parts of a tensor at places along an axis.
  fileprivate mutating func taken(
    _ source: LazyTensor, _ places: [Int], axis: Int, at range: Range<Int>
  ) throws(ExpressionError) -> ExpressionValue {
    var shape = source.shape
    shape[axis] = places.count
    for place in places where !(0..<source.shape[axis]).contains(place) {
      throw ExpressionError(.outOfRange(index: place, count: source.shape[axis]), at: range)
    }
    try admit(shape, at: range)
    var runs: [Range<Int>] = []
    for place in places {
      if let last = runs.last, last.upperBound == place {
        runs[runs.count - 1] = last.lowerBound..<place + 1
      } else {
        runs.append(place..<place + 1)
      }
    }
    if source.tensor == nil, (1...Self.runLimit).contains(runs.count) {
      let pieces = runs.map { source.sliced($0, axis: axis) }
      if pieces.allSatisfy(\.isReadable) {
        return try made(LazyTensor.concatenated(pieces, axis: axis), at: range)
      }
    }
    return try made(LazyTensor(held(source, at: range).taking(places, axis: axis)), at: range)
  }
}
