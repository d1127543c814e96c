import Tensors

/// What the arguments of a call are.
extension ExpressionEvaluator {
  func wrong(
    _ arguments: ExpressionArguments, _ index: Int, _ want: ExpressionWant, _ found: ExpressionValue
  ) -> ExpressionError {
    ExpressionError(
      .wrongArgument(arguments.function, parameter: arguments.name(index), expected: want, found: found.type),
      at: arguments[index].range)
  }

  mutating func number(_ arguments: ExpressionArguments, _ index: Int) throws(ExpressionError)
    -> Double
  {
    let value = try evaluate(arguments[index])
    guard let number = value.number else { throw wrong(arguments, index, .number, value) }
    return number
  }

  /// A number, list of numbers or tensor; `rows` and `columns` are refused.
  mutating func plain(
    _ arguments: ExpressionArguments, _ index: Int, want: ExpressionWant = .numeric
  ) throws(ExpressionError) -> LazyTensor {
    let value = try evaluate(arguments[index])
    if case .aligned(_, let axis) = value {
      throw ExpressionError(.unaligned(axis: axis), at: arguments[index].range)
    }
    guard let tensor = value.lazyTensor else { throw wrong(arguments, index, want, value) }
    return tensor
  }

  /// A number, list of numbers or tensor, in memory.
  mutating func heldPlain(_ arguments: ExpressionArguments, _ index: Int) throws(ExpressionError) -> Tensor {
    try held(plain(arguments, index), at: arguments[index].range)
  }

  mutating func layer(_ arguments: ExpressionArguments, _ index: Int) throws(ExpressionError)
    -> LayerReference
  {
    let value = try evaluate(arguments[index])
    guard case .layer(let layer) = value else { throw wrong(arguments, index, .layer, value) }
    return layer
  }

  /// The whole numbers of a number or list.
  mutating func integers(
    _ expression: Expression, _ arguments: ExpressionArguments, _ index: Int, want: ExpressionWant
  ) throws(ExpressionError) -> [Int] {
    let value = try evaluate(expression)
    guard let tensor = value.lazyTensor, tensor.shape.count <= 1 else {
      throw wrong(arguments, index, want, value)
    }
    var result: [Int] = []
    for number in try held(tensor, at: expression.range).values {
      guard let integer = Int(exactly: number) else {
        throw ExpressionError(
          want == .shape ? .badDimension(number) : .notWhole(number), at: expression.range)
      }
      result.append(integer)
    }
    return result
  }

  mutating func axes(
    _ arguments: ExpressionArguments, _ index: Int, rank: Int
  ) throws(ExpressionError) -> [Int]? {
    guard let expression = arguments.optional(index) else { return nil }
    var axes: [Int] = []
    for found in try integers(expression, arguments, index, want: .axes) {
      guard let axis = Tensor.axis(found, rank: rank) else {
        throw ExpressionError(.badAxis(found, rank: rank), at: expression.range)
      }
      if axes.contains(axis) { throw ExpressionError(.repeatedAxis(found), at: expression.range) }
      axes.append(axis)
    }
    return axes
  }

  mutating func shape(_ arguments: ExpressionArguments, _ index: Int) throws(ExpressionError) -> [Int] {
    let shape = try integers(arguments[index], arguments, index, want: .shape)
    for size in shape where size < 0 {
      throw ExpressionError(.badDimension(Double(size)), at: arguments[index].range)
    }
    return shape
  }
}
