import Glibc

/// What is done to two numbers at a time.
enum PairOperation {
  case add, subtract, multiply, divide, remainder, power, minimum, maximum
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual

  init?(_ operation: BinaryOperator) {
    switch operation {
    case .add: self = .add
    case .subtract: self = .subtract
    case .multiply: self = .multiply
    case .divide: self = .divide
    case .remainder: self = .remainder
    case .power: self = .power
    case .equal: self = .equal
    case .notEqual: self = .notEqual
    case .less: self = .less
    case .lessOrEqual: self = .lessOrEqual
    case .greater: self = .greater
    case .greaterOrEqual: self = .greaterOrEqual
    case .and, .or: return nil
    }
  }

  /// The operation on one pair; comparisons give 1 and 0.
  @inline(__always)
  func scalar(_ x: Double, _ y: Double) -> Double {
    switch self {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    case .remainder: x - y * (x / y).rounded(.down)
    case .power: powerOf(x, y)
    // As in NumPy, a NaN on either side stays.
    case .minimum: x < y || x.isNaN ? x : y
    case .maximum: x > y || x.isNaN ? x : y
    case .equal: x == y ? 1 : 0
    case .notEqual: x != y ? 1 : 0
    case .less: x < y ? 1 : 0
    case .lessOrEqual: x <= y ? 1 : 0
    case .greater: x > y ? 1 : 0
    case .greaterOrEqual: x >= y ? 1 : 0
    }
  }

  /// The operation on every pair. Each case is a loop of its own, so that it can be vectorised.
  func apply(_ a: Tensor, _ b: Tensor, shape: [Int]) -> Tensor {
    switch self {
    case .add: .combine(a, b, shape: shape) { Self.add.scalar($0, $1) }
    case .subtract: .combine(a, b, shape: shape) { Self.subtract.scalar($0, $1) }
    case .multiply: .combine(a, b, shape: shape) { Self.multiply.scalar($0, $1) }
    case .divide: .combine(a, b, shape: shape) { Self.divide.scalar($0, $1) }
    case .remainder: .combine(a, b, shape: shape) { Self.remainder.scalar($0, $1) }
    case .power: .combine(a, b, shape: shape) { Self.power.scalar($0, $1) }
    case .minimum: .combine(a, b, shape: shape) { Self.minimum.scalar($0, $1) }
    case .maximum: .combine(a, b, shape: shape) { Self.maximum.scalar($0, $1) }
    case .equal: .combine(a, b, shape: shape) { Self.equal.scalar($0, $1) }
    case .notEqual: .combine(a, b, shape: shape) { Self.notEqual.scalar($0, $1) }
    case .less: .combine(a, b, shape: shape) { Self.less.scalar($0, $1) }
    case .lessOrEqual: .combine(a, b, shape: shape) { Self.lessOrEqual.scalar($0, $1) }
    case .greater: .combine(a, b, shape: shape) { Self.greater.scalar($0, $1) }
    case .greaterOrEqual: .combine(a, b, shape: shape) { Self.greaterOrEqual.scalar($0, $1) }
    }
  }
}

extension ExpressionFunction {
  /// The function of one number, applied to each; nil for functions of another kind.
  func elementwise(_ tensor: Tensor) -> Tensor? {
    switch self {
    case .sqrt: tensor.map { $0.squareRoot() }
    case .rsqrt: tensor.map { 1 / $0.squareRoot() }
    case .abs: tensor.map { $0.magnitude }
    case .exp: tensor.map { exponential($0) }
    case .log: tensor.map { logarithm($0) }
    case .floor: tensor.map { $0.rounded(.down) }
    case .isfinite: tensor.map { $0.isFinite ? 1 : 0 }
    default: nil
    }
  }
}

extension ExpressionEvaluator {
  /// A number, tensor or list of numbers through `operation`; nil for what is no number.
  mutating func mapped(
    _ value: ExpressionValue, at range: Range<Int>, _ operation: (Double) -> Double
  ) throws(ExpressionError) -> ExpressionValue? {
    try mappedTensor(value, at: range) { $0.map(operation) }
  }

  /// The tensor of a value through `operation`, which keeps the shape.
  mutating func mappedTensor(
    _ value: ExpressionValue, at range: Range<Int>, _ operation: (Tensor) -> Tensor
  ) throws(ExpressionError) -> ExpressionValue? {
    if case .aligned(let vector, let axis) = value {
      try spend(vector.shape, at: range)
      return .aligned(operation(vector), axis: axis)
    }
    guard let tensor = value.tensor else { return nil }
    try spend(tensor.shape, at: range)
    return ExpressionValue(operation(tensor))
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
    try spend(shape, at: range)
    let result = operation.apply(x, y, shape: shape)
    return operands.axis.map { .aligned(result, axis: $0) } ?? ExpressionValue(result)
  }

  /// The operands as tensors that broadcast against each other; `axis` is set when all but plain numbers are `rows` or `columns`.
  ///
  /// Nil where one is no number.
  mutating func aligned(
    _ values: [ExpressionValue], at range: Range<Int>
  ) throws(ExpressionError) -> (tensors: [Tensor], axis: Int?)? {
    var rank = 0
    var axes: [Int?] = []
    var tensors: [Tensor] = []
    for value in values {
      if case .aligned(let vector, let axis) = value {
        axes.append(axis)
        tensors.append(vector)
      } else if let tensor = value.tensor {
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
      shape[axis] = tensors[index].values.count
      tensors[index] = tensors[index].reshaped(shape)
    }
    return (tensors, nil)
  }
}

// The C functions under names that the functions of the rule language do not hide.
private func powerOf(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
private func exponential(_ value: Double) -> Double { exp(value) }
private func logarithm(_ value: Double) -> Double { log(value) }
