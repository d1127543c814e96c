import Tensors

/// Tensors as values: which are in memory, and which are computed when their numbers are asked for.
extension ExpressionEvaluator {
  /// A new tensor as a value: held if it is small, or takes too many steps to be computed more than once. Its shape was admitted.
  mutating func made(_ tensor: LazyTensor, at range: Range<Int>) throws(ExpressionError) -> ExpressionValue {
    // One without axes is a number.
    if tensor.count <= limits.heldElements || tensor.shape.isEmpty {
      return ExpressionValue(try computed(at: range, tensor.held))
    }
    guard tensor.cost > limits.lazyCost else { return .lazy(tensor) }
    return .lazy(LazyTensor(try held(tensor, at: range)))
  }

  /// A new tensor of a type that picks numbers of `source`: where they lie too far apart to be read in order, `source` is held.
  mutating func picked(
    from source: LazyTensor, _ type: ExpressionType, at range: Range<Int>, _ pick: (LazyTensor) -> LazyTensor
  ) throws(ExpressionError) -> ExpressionValue {
    try admit(type.sizes, at: range)
    let picked = pick(source)
    if picked.isReadable { return try made(picked, at: range) }
    return try made(pick(LazyTensor(held(source, at: range))), at: range)
  }

  /// All numbers of a tensor, in memory.
  mutating func held(_ tensor: LazyTensor, at range: Range<Int>) throws(ExpressionError) -> Tensor {
    if let tensor = tensor.tensor { return tensor }
    try spend(tensor.shape, at: range)
    try spendOperations(tensor, at: range)
    return try computed(at: range, tensor.held)
  }

  /// A value without anything that is still to be computed.
  mutating func held(_ value: ExpressionValue, at range: Range<Int>) throws(ExpressionError)
    -> ExpressionValue
  {
    switch value {
    case .lazy(let tensor): return .tensor(try held(tensor, at: range))
    case .list(let items):
      var held: [ExpressionValue] = []
      for item in items { held.append(try self.held(item, at: range)) }
      return .list(held)
    default: return value
    }
  }

  /// What comes of reading numbers, which may fail.
  func computed<Result>(
    at range: Range<Int>, _ body: () throws -> Result
  ) throws(ExpressionError) -> Result {
    do {
      return try body()
    } catch {
      throw ExpressionError(.environment(environment.fault(reading: error)), at: range)
    }
  }

  // MARK: Element by element

  /// A number, tensor or list of numbers through `operation`; nil for what is no number.
  mutating func mapped(
    _ value: ExpressionValue, at range: Range<Int>, _ operation: ElementOperation
  ) throws(ExpressionError) -> ExpressionValue? {
    if case .number(let number) = value { return .number(operation.scalar(number)) }
    if case .aligned(let vector, let axis) = value {
      try spend(vector.shape, at: range)
      return .aligned(try computed(at: range, LazyTensor(vector).mapped(operation).held), axis: axis)
    }
    guard let tensor = value.lazyTensor else { return nil }
    try admit(tensor.shape, at: range)
    return try made(tensor.mapped(operation), at: range)
  }

  /// Two operands joined by an operator; nil where one is no number.
  mutating func arithmetic(
    _ operation: BinaryOperator, _ a: ExpressionValue, _ b: ExpressionValue, at range: Range<Int>
  ) throws(ExpressionError) -> ExpressionValue? {
    guard let pair = PairOperation(operation) else { return nil }
    return try joined(pair, a, b, at: range)
  }

  /// Two operands joined number by number; nil where one is no number.
  mutating func joined(
    _ operation: PairOperation, _ a: ExpressionValue, _ b: ExpressionValue, at range: Range<Int>
  ) throws(ExpressionError) -> ExpressionValue? {
    if case .number(let x) = a, case .number(let y) = b { return .number(operation.scalar(x, y)) }
    guard let operands = try aligned([a, b], at: range) else { return nil }
    let (x, y) = (operands.tensors[0], operands.tensors[1])
    guard let shape = Tensor.broadcastShape(x.shape, y.shape) else {
      throw ExpressionError(.shapeConflict(SymbolicShape(x.shape), SymbolicShape(y.shape)), at: range)
    }
    return try result([x, y], shape, axis: operands.axis, at: range) {
      LazyTensor.paired(operation, $0[0], $0[1], shape: shape)
    }
  }

  /// The result of operands that are stretched to one shape. One that cannot be read in order then is held.
  mutating func result(
    _ operands: [LazyTensor], _ shape: [Int], axis: Int?, at range: Range<Int>,
    _ make: ([LazyTensor]) -> LazyTensor
  ) throws(ExpressionError) -> ExpressionValue {
    if let axis {
      try spend(shape, at: range)
      return .aligned(try computed(at: range, make(operands).held), axis: axis)
    }
    try admit(shape, at: range)
    var readable: [LazyTensor] = []
    let count = Tensor.elementCount(of: shape) ?? 0
    for operand in operands {
      // Numbers that are used many times over are computed once.
      let isRepeated = operand.cost > 1 && operand.count <= count / 8
      let isReadable = !isRepeated && operand.stretched(to: shape).isReadable
      readable.append(isReadable ? operand : LazyTensor(try held(operand, at: range)))
    }
    return try made(make(readable), at: range)
  }

  /// Operands of a call that are joined number by number; the last one is that of the parameter `index`.
  mutating func combined(
    _ operation: PairOperation, _ a: ExpressionValue, _ b: ExpressionValue, _ call: ExpressionCall,
    _ index: Int
  ) throws(ExpressionError) -> ExpressionValue {
    guard let result = try joined(operation, a, b, at: call[index].range) else {
      throw call.refusal(index, .numeric, b.type)
    }
    return result
  }

  /// The operands as tensors that broadcast against each other; `axis` is set when all but plain numbers are `rows` or `columns`.
  ///
  /// Nil where one is no number.
  mutating func aligned(
    _ values: [ExpressionValue], at range: Range<Int>
  ) throws(ExpressionError) -> (tensors: [LazyTensor], axis: Int?)? {
    var rank = 0
    var axes: [Int?] = []
    var tensors: [LazyTensor] = []
    for value in values {
      if case .aligned(let vector, let axis) = value {
        axes.append(axis)
        tensors.append(LazyTensor(vector))
      } else if let tensor = value.lazyTensor {
        axes.append(nil)
        tensors.append(tensor)
        rank = max(rank, tensor.shape.count)
      } else {
        return nil
      }
    }
    let used = axes.compactMap { $0 }
    guard let first = used.first else { return (tensors, nil) }
    if rank == 0 {
      guard used.allSatisfy({ $0 == first }) else { throw ExpressionError(.mixedAlignment, at: range) }
      return (tensors, first)
    }
    for (index, axis) in axes.enumerated() {
      guard let axis else { continue }
      guard axis < rank else { throw ExpressionError(.alignmentTooNarrow(axis: axis, rank: rank), at: range) }
      var shape = [Int](repeating: 1, count: rank)
      shape[axis] = tensors[index].count
      tensors[index] = tensors[index].reshaped(shape)
    }
    return (tensors, nil)
  }
}
