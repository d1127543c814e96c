import Diagnostics
import Tensors

/// Computes the value of an expression.
///
/// Numbers are Doubles under IEEE rules: division by zero gives an infinity or NaN, the root of a negative number NaN; whoever stores
/// a result checks that it is finite. Evaluation always ends: there are no loops in the language, and `limits` bound what each step may make.
package struct ExpressionEvaluator {
  let environment: any ExpressionEnvironment
  let limits: ExpressionLimits
  let budget: ExpressionBudget
  /// The values of the names that comprehensions give to list items.
  var bound: [String: ExpressionValue] = [:]

  /// Makes an evaluator that reads names and layers from `environment`.
  ///
  /// - Parameter budget: what the evaluations that share it have used; they stay within `limits` together.
  package init(
    _ environment: any ExpressionEnvironment, limits: ExpressionLimits = ExpressionLimits(),
    budget: ExpressionBudget = ExpressionBudget()
  ) {
    self.environment = environment
    self.limits = limits
    self.budget = budget
  }

  /// The value of `expression`, all of it in memory.
  package func value(of expression: Expression) throws(ExpressionError) -> ExpressionValue {
    var run = self
    let value = try run.result(of: expression)
    return try run.held(value, at: expression.range)
  }

  /// The value of `expression`; a tensor of many numbers is computed when they are asked for.
  package func lazyValue(of expression: Expression) throws(ExpressionError) -> ExpressionValue {
    var run = self
    return try run.result(of: expression)
  }

  /// The value of an expression that something is multiplied by: it may be `rows(…)` or `columns(…)`.
  package func factor(of expression: Expression) throws(ExpressionError) -> ExpressionValue {
    var run = self
    return try run.evaluate(expression)
  }

  /// The value of `expression`, which must be true or false.
  package func boolean(of expression: Expression) throws(ExpressionError) -> Bool {
    let value = try value(of: expression)
    guard case .boolean(let result) = value else {
      throw ExpressionError(.wrongResult(expected: .boolean, found: value.type), at: expression.range)
    }
    return result
  }

  /// The value of `expression`, which must be a number, a list of numbers or a tensor.
  package func tensor(of expression: Expression) throws(ExpressionError) -> Tensor {
    let value = try value(of: expression)
    guard let tensor = value.tensor else {
      throw ExpressionError(
        .wrongResult(expected: .tensor(.unknown), found: value.type), at: expression.range)
    }
    return tensor
  }

  private mutating func result(of expression: Expression) throws(ExpressionError) -> ExpressionValue {
    let value = try evaluate(expression)
    if case .aligned(_, let axis) = value {
      throw ExpressionError(.unaligned(axis: axis), at: expression.range)
    }
    return value
  }

  // MARK: Nodes

  mutating func evaluate(_ expression: Expression) throws(ExpressionError) -> ExpressionValue {
    switch expression.form {
    case .number(let value): return .number(value)
    case .boolean(let value): return .boolean(value)
    case .string(let text): return .string(Name(text))
    case .name, .member, .index, .slice: return try resolve(reference(expression), at: expression.range)
    case .list(let items): return try list(items, at: expression.range)
    case .comprehension(let item, let name, let list, let condition):
      return try comprehension(item, name, list, condition, at: expression.range)
    case .negation(let operand): return try negate(operand)
    case .not(let operand): return .boolean(try !boolean(operand))
    case .binary(let operation, let left, let right): return try binary(operation, left, right)
    case .membership(let item, let list, let isNegated):
      let found = try evaluate(item)
      let value = try held(evaluate(list), at: list.range)
      guard case .list(let items) = value else {
        throw ExpressionError(.notInList(value.type), at: list.range)
      }
      // Of what is written out, what single precision holds counts too.
      let wanted = [try held(found, at: item.range), item.singleLiteral].compactMap(\.self)
      var singles: [ExpressionValue] = []
      if case .list(let forms) = list.form { singles = forms.compactMap(\.singleLiteral) }
      let isThere = (items + singles).contains { member in wanted.contains { member.isSame(as: $0) } }
      return .boolean(isThere != isNegated)
    case .call(let name, let arguments):
      let call = try ExpressionCall(name, arguments, at: expression.range)
      switch call.function.body {
      case .call(_, let value): return try value(&self, call)
      case .operands(let type, let value):
        let operands = try operands(of: call, type)
        return try value(&self, operands.values, operands.result)
      }
    }
  }

  private mutating func list(
    _ items: [Expression], at range: Range<Int>
  ) throws(ExpressionError) -> ExpressionValue {
    var values: [ExpressionValue] = []
    for item in items {
      let value = try evaluate(item)
      if case .aligned(_, let axis) = value { throw ExpressionError(.unaligned(axis: axis), at: item.range) }
      // A tensor without axes is the number it holds.
      values.append(value.number.map { .number($0) } ?? value)
    }
    try spend(items: values, at: range)
    return .list(values)
  }

  private mutating func boolean(_ expression: Expression) throws(ExpressionError) -> Bool {
    let value = try evaluate(expression)
    guard case .boolean(let result) = value else {
      throw ExpressionError(.needsBoolean(value.type), at: expression.range)
    }
    return result
  }

  mutating func integer(_ expression: Expression) throws(ExpressionError) -> Int {
    try integer(evaluate(expression), at: expression.range)
  }

  func integer(_ value: ExpressionValue, at range: Range<Int>) throws(ExpressionError) -> Int {
    guard let number = value.number else { throw ExpressionError(.notAnIndex(value.type), at: range) }
    guard let integer = Int(exactly: number) else { throw ExpressionError(.notWhole(number), at: range) }
    return integer
  }

  private mutating func negate(_ operand: Expression) throws(ExpressionError) -> ExpressionValue {
    let value = try evaluate(operand)
    guard let negated = try mapped(value, at: operand.range, .negate) else {
      throw ExpressionError(.cannotNegate(value.type), at: operand.range)
    }
    return negated
  }

  private mutating func binary(
    _ operation: Expression.Operation, _ left: Expression, _ right: Expression
  ) throws(ExpressionError) -> ExpressionValue {
    switch operation.kind {
    case .and: return .boolean(try boolean(left) ? try boolean(right) : false)
    case .or: return .boolean(try boolean(left) ? true : try boolean(right))
    default: break
    }
    var (a, b) = (try evaluate(left), try evaluate(right))
    if case .list = a, case .list = b { (a, b) = (try held(a, at: left.range), try held(b, at: right.range)) }
    if operation.kind.isComparison {
      let behind = right.singleLiteral
      if let single = behind ?? left.singleLiteral,
        let truth = try compared(operation, a, b, behind == nil ? b : a, single)
      {
        return truth
      }
    }
    switch (operation.kind, a, b) {
    case (.equal, .string, .string), (.equal, .boolean, .boolean), (.equal, .list, .list):
      return .boolean(a.isSame(as: b))
    case (.notEqual, .string, .string), (.notEqual, .boolean, .boolean), (.notEqual, .list, .list):
      return .boolean(!a.isSame(as: b))
    case (.add, .string(let first), .string(let second)):
      // Sums of sums double the text each time.
      try spend([first.bytes.count + second.bytes.count], at: operation.range)
      return .string(first + second)
    case (_, .list, .list): break
    default:
      if let joined = try arithmetic(operation.kind, a, b, at: operation.range) {
        if operation.kind.isComparison, case .number(let truth) = joined { return .boolean(truth != 0) }
        return joined
      }
    }
    throw ExpressionError(.cannotCombine(operation.kind, a.type, b.type), at: operation.range)
  }

  // MARK: Items

  mutating func item(
    _ index: Expression, of reference: Reference, base: Expression
  ) throws(ExpressionError) -> Reference {
    let position = try integer(index)
    func resolved(_ count: Int, else kind: ExpressionError.Kind) throws(ExpressionError) -> Int {
      guard let result = Tensor.axis(position, rank: count) else {
        throw ExpressionError(kind, at: index.range)
      }
      return result
    }
    switch reference {
    case .blobs(let layer):
      let count = try asking(at: index.range) { (environment) throws(ExpressionFault) in
        try environment.blobCount(of: layer)
      }
      let name = environment.name(of: layer)
      return .blob(layer, try resolved(count, else: .noBlob(layer: name, index: position, count: count)))
    case .values(let layer, let side):
      let count = environment.values(of: layer, side: side).count
      let kind = ExpressionError.Kind.noValue(
        layer: environment.name(of: layer), side: side, index: position, count: count)
      return .oneValue(layer, side, try resolved(count, else: kind))
    default: break
    }
    let value = try resolve(reference, at: base.range)
    if case .list(let items) = value {
      return .value(items[try resolved(items.count, else: .outOfRange(index: position, count: items.count))])
    }
    guard let (tensor, count) = rowsOf(value) else {
      throw ExpressionError(.cannotIndex(value.type), at: base.range)
    }
    let first = try resolved(count, else: .outOfRange(index: position, count: count))
    let shape = Array(tensor.shape.dropFirst())
    try admit(shape, at: base.range)
    return .value(try made(tensor.sliced(first..<first + 1, axis: 0).reshaped(shape), at: base.range))
  }

  /// A tensor with axes, and how many rows it has along the first.
  private func rowsOf(_ value: ExpressionValue) -> (LazyTensor, Int)? {
    switch value {
    case .tensor, .lazy:
      guard let tensor = value.lazyTensor, let count = tensor.shape.first else { return nil }
      return (tensor, count)
    default: return nil
    }
  }

  mutating func slice(
    _ value: ExpressionValue, base: Expression, from: Expression?, to: Expression?
  ) throws(ExpressionError) -> ExpressionValue {
    let start = if let from { try integer(from) } else { 0 }
    let end: Int? = if let to { try integer(to) } else { nil }
    func bounds(_ count: Int) throws(ExpressionError) -> Range<Int> {
      guard let range = Range<Int>.slice(from: start, to: end ?? count, count: count) else {
        throw ExpressionError(.sliceOutOfRange(from: start, to: end ?? count, count: count), at: base.range)
      }
      return range
    }
    if case .list(let items) = value { return .list(Array(items[try bounds(items.count)])) }
    guard let (tensor, count) = rowsOf(value) else {
      throw ExpressionError(.cannotIndex(value.type), at: base.range)
    }
    let range = try bounds(count)
    try admit([range.count] + tensor.shape.dropFirst(), at: base.range)
    return try made(tensor.sliced(range, axis: 0), at: base.range)
  }
}

extension ExpressionValue {
  /// Whether both are the same: a tensor without axes is the number it holds, lists are compared item by item.
  func isSame(as other: ExpressionValue) -> Bool {
    if let a = number, let b = other.number { return a == b }
    switch (self, other) {
    case (.list(let a), .list(let b)): return a.count == b.count && zip(a, b).allSatisfy { $0.isSame(as: $1) }
    default: return self == other
    }
  }
}
