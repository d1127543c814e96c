import Tensors

extension ExpressionFunction {
  /// Functions that join numbers along axes, or all numbers of a tensor.
  static let reducing: [ExpressionFunction] = [
    reduction("sum", "the sum", .sum, ofNothing: true),
    reduction("prod", "the product", .product, ofNothing: true),
    reduction("mean", "the mean", .sum, ofNothing: false) { $0 / Double($1) },
    extremum(
      "min", "the smallest number; of two operands, the smaller number at each place", .minimum, .minimum),
    extremum(
      "max", "the largest number; of two operands, the larger number at each place", .maximum, .maximum),
    truth("all", "whether every number is not 0, or the boolean itself", .all),
    truth("any", "whether some number is not 0, or the boolean itself", .any),
  ]

  private static func reduction(
    _ name: String, _ summary: String, _ reduction: Reduction, ofNothing: Bool,
    finish: (@Sendable (Double, _ count: Int) -> Double)? = nil
  ) -> ExpressionFunction {
    ExpressionFunction(
      name, .reducing, [.required("x"), .optional("axis", .axes)], summary,
      .operands(
        type: { (types) throws(ExpressionError) in
          try reducedType(types, axis: 1, of: types.shape(of: 0), ofNothing: ofNothing)
        },
        value: { (evaluator, values, type) throws(ExpressionError) in
          var (result, count) = try evaluator.reduced(values, axis: 1, reduction, type)
          if let finish {
            result = Tensor(shape: result.shape, values: result.values.map { finish($0, count) })
          }
          return ExpressionValue(result)
        }))
  }

  private static func extremum(
    _ name: String, _ summary: String, _ reduction: Reduction, _ pair: PairOperation
  ) -> ExpressionFunction {
    ExpressionFunction(
      name, .reducing, [.required("x"), .optional("y"), .optional("axis", .axes)], summary,
      .operands(
        type: { (types) throws(ExpressionError) in
          guard types.has(1) else {
            return try reducedType(types, axis: 2, of: types.shape(of: 0), ofNothing: false)
          }
          if types.has(2) {
            throw ExpressionError(.operandAndAxis(types.call.function), at: types.call[1].range)
          }
          return try types.joined([0, 1])
        },
        value: { (evaluator, values, type) throws(ExpressionError) in
          guard values.has(1) else {
            return ExpressionValue(try evaluator.reduced(values, axis: 2, reduction, type).result)
          }
          return try evaluator.combined(pair, values[0], values[1], values.call, 1)
        }))
  }

  private static func truth(_ name: String, _ summary: String, _ reduction: Reduction) -> ExpressionFunction {
    ExpressionFunction(
      name, .reducing, [.required("x"), .optional("axis", .axes)], summary,
      .operands(
        type: { (types) throws(ExpressionError) in
          if types[0] == .boolean, !types.has(1) { return .boolean }
          return try reducedType(
            types, axis: 1, of: types.shape(of: 0, .mask), ofNothing: true, whole: .boolean)
        },
        value: { (evaluator, values, type) throws(ExpressionError) in
          if case .boolean = values[0] { return values[0] }
          let result = try evaluator.reduced(values, axis: 1, reduction, type).result
          return result.shape.isEmpty ? .boolean(result.values[0] != 0) : .tensor(result)
        }))
  }

  /// The type of what is left when axes go; `whole` where none is left.
  private static func reducedType(
    _ types: OperandTypes, axis index: Int, of shape: SymbolicShape, ofNothing: Bool,
    whole: ExpressionType = .number()
  ) throws(ExpressionError) -> ExpressionType {
    let named = try types.axes(index, rank: shape.rank)
    guard let dimensions = shape.dimensions else { return types.has(index) ? .tensor(.unknown) : whole }
    guard let axes = types.has(index) ? named : Array(dimensions.indices) else { return .tensor(.unknown) }
    if !ofNothing, axes.contains(where: { dimensions[$0] == .known(0) }) {
      throw ExpressionError(.nothingToReduce(types.call.function), at: types.call.range)
    }
    let left = dimensions.indices.filter { !axes.contains($0) }.map { dimensions[$0] }
    return left.isEmpty ? whole : .tensor(SymbolicShape(left))
  }
}

extension ExpressionEvaluator {
  /// The first operand of a call joined along axes, and how many numbers each result was joined from.
  fileprivate mutating func reduced(
    _ values: OperandValues, axis index: Int, _ reduction: Reduction, _ type: ExpressionType
  ) throws(ExpressionError) -> (result: Tensor, count: Int) {
    let source = try values.tensor(0)
    let axes = values.axes(index, rank: source.shape.count) ?? Array(source.shape.indices)
    try spend(type.sizes, at: values.call.range)
    try spendOperations(source, at: values.call.range)
    let result = try computed(at: values.call.range) { () throws in try source.reduced(axes, reduction) }
    return (result, Tensor.elementCount(of: axes.map { source.shape[$0] }) ?? 0)
  }
}
