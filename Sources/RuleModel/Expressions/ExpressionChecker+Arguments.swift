import Tensors

/// What the arguments of a call are.
extension ExpressionChecker {
  func wrong(
    _ arguments: ExpressionArguments, _ index: Int, _ want: ExpressionWant, _ found: ExpressionType
  ) -> ExpressionError {
    ExpressionError(
      .wrongArgument(arguments.function, parameter: arguments.name(index), expected: want, found: found),
      at: arguments[index].range)
  }

  func numeric(
    _ arguments: ExpressionArguments, _ index: Int, want: ExpressionWant = .numeric
  ) throws(ExpressionError) -> ExpressionType {
    let found = try type(of: arguments[index])
    guard let type = found.numeric else { throw wrong(arguments, index, want, found) }
    return type
  }

  func number(_ arguments: ExpressionArguments, _ index: Int) throws(ExpressionError) -> Dimension {
    let found = try type(of: arguments[index])
    guard ExpressionType.number().accepts(found) else { throw wrong(arguments, index, .number, found) }
    if case .number(let dimension) = found { return dimension }
    return .unknown
  }

  /// The shape that a number or a list of numbers spells.
  func shape(_ arguments: ExpressionArguments, _ index: Int) throws(ExpressionError) -> SymbolicShape {
    let shape: SymbolicShape
    switch try type(of: arguments[index]) {
    case .shape(let list): shape = list
    case .number(let dimension): shape = SymbolicShape([dimension])
    case .list(.dynamic), .dynamic: return .unknown
    case .tensor(let vector) where vector.rank ?? 1 <= 1: return .unknown
    case let found: throw wrong(arguments, index, .shape, found)
    }
    for case .known(let size) in shape.dimensions ?? [] {
      guard size >= 0 || (size == -1 && arguments.function == .reshape) else {
        throw ExpressionError(.badDimension(Double(size)), at: arguments[index].range)
      }
    }
    return shape
  }

  /// The axes that an optional argument names, from the front; nil where they are not given or not known.
  func axes(
    _ arguments: ExpressionArguments, _ index: Int, rank: Int?
  ) throws(ExpressionError) -> [Int]? {
    guard let expression = arguments.optional(index) else { return nil }
    var literals: [Int] = []
    switch try type(of: expression) {
    case .number(let dimension):
      guard case .known(let axis) = dimension else { return nil }
      literals = [axis]
    case .shape(let list):
      for dimension in list.dimensions ?? [] {
        guard case .known(let axis) = dimension else { return nil }
        literals.append(axis)
      }
      if list.dimensions == nil { return nil }
    case .dynamic, .list(.dynamic): return nil
    case let found: throw wrong(arguments, index, .axes, found)
    }
    guard let rank else { return nil }
    var result: [Int] = []
    for literal in literals {
      guard let axis = Tensor.axis(literal, rank: rank) else {
        throw ExpressionError(.badAxis(literal, rank: rank), at: expression.range)
      }
      if result.contains(axis) { throw ExpressionError(.repeatedAxis(literal), at: expression.range) }
      result.append(axis)
    }
    return result
  }

  func layer(_ arguments: ExpressionArguments, _ index: Int) throws(ExpressionError) -> String? {
    if case .name(let name) = arguments[index].form, scope.type(of: name) == nil {
      throw unknown(name, arguments[index], isCapture: true)
    }
    switch try type(of: arguments[index]) {
    case .layer(let capture): return capture
    case .list(.layer(let capture?)):
      throw ExpressionError(.severalLayers(capture), at: arguments[index].range)
    case .dynamic: return nil
    case let found: throw wrong(arguments, index, .layer, found)
    }
  }

  /// The argument of `present`: a capture, by its name, that may be absent.
  func requireUncertain(_ arguments: ExpressionArguments) throws(ExpressionError) {
    guard case .name(let name) = arguments[0].form else {
      throw wrong(arguments, 0, .capture, try type(of: arguments[0]))
    }
    switch scope.type(of: name) {
    case nil: throw unknown(name, arguments[0], isCapture: true)
    case .layer(let capture?):
      guard scope.presence.uncertain.contains(capture) else {
        throw ExpressionError(.neverAbsent(capture), at: arguments[0].range)
      }
    case .list(.layer(let capture?)): throw ExpressionError(.severalLayers(capture), at: arguments[0].range)
    case let found?: throw wrong(arguments, 0, .capture, found)
    }
  }

  /// An argument that is a layer with a place among the bottoms of another.
  func requirePlace(_ arguments: ExpressionArguments, _ index: Int) throws(ExpressionError) {
    guard let capture = try layer(arguments, index) else { return }
    guard scope.hasPlace(capture) else {
      throw ExpressionError(.noPlace(capture), at: arguments[index].range)
    }
  }

  func tensorOrNumber(_ shape: SymbolicShape) -> ExpressionType {
    shape.rank == 0 ? .number() : .tensor(shape)
  }
}
