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
    case .name, .member, .index, .slice: return try settle(reference(expression), at: expression.range)
    case .list(let items): return try list(items, at: expression.range)
    case .negation(let operand): return try negate(operand)
    case .not(let operand): return .boolean(try !boolean(operand))
    case .binary(let operation, let left, let right): return try binary(operation, left, right)
    case .membership(let item, let list, let isNegated):
      let found = try evaluate(item)
      let value = try held(evaluate(list), at: list.range)
      guard case .list(let items) = value else {
        throw ExpressionError(.notInList(value.type), at: list.range)
      }
      let wanted = try held(found, at: item.range)
      return .boolean(items.contains { $0.isSame(as: wanted) } != isNegated)
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

  private mutating func integer(_ expression: Expression) throws(ExpressionError) -> Int {
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
    switch (operation.kind, a, b) {
    case (.equal, .string, .string), (.equal, .boolean, .boolean), (.equal, .list, .list):
      return .boolean(a.isSame(as: b))
    case (.notEqual, .string, .string), (.notEqual, .boolean, .boolean), (.notEqual, .list, .list):
      return .boolean(!a.isSame(as: b))
    case (_, .list, .list): break
    default:
      if let joined = try arithmetic(operation.kind, a, b, at: operation.range) {
        if operation.kind.isComparison, case .number(let truth) = joined { return .boolean(truth != 0) }
        return joined
      }
    }
    throw ExpressionError(.cannotCombine(operation.kind, a.type, b.type), at: operation.range)
  }

  // MARK: Paths

  /// What a path means so far; numbers are read only when the whole path asks for them.
  private enum Reference {
    case value(ExpressionValue)
    case blobs(LayerReference)
    case blob(LayerReference, Int)
    case values(LayerReference, ValueSide)
    case oneValue(LayerReference, ValueSide, Int)
    case attribute(LayerReference, [String])
  }

  /// The answer of the environment.
  func asking<Result>(
    at range: Range<Int>, _ question: (any ExpressionEnvironment) throws(ExpressionFault) -> Result
  ) throws(ExpressionError) -> Result {
    do { return try question(environment) } catch { throw ExpressionError(.environment(error), at: range) }
  }

  private mutating func reference(_ expression: Expression) throws(ExpressionError) -> Reference {
    switch expression.form {
    case .name(let name):
      let value = try asking(at: expression.range) { (environment) throws(ExpressionFault) in
        try environment.value(of: name)
      }
      guard let value else { throw ExpressionError(.unknownName(name, known: []), at: expression.range) }
      return .value(value)
    case .member(let base, let member): return try self.member(member, of: reference(base), base: base)
    case .index(let base, let index): return try item(index, of: reference(base), base: base)
    case .slice(let base, let from, let to):
      return .value(try slice(settle(reference(base), at: base.range), base: base, from: from, to: to))
    default: return .value(try evaluate(expression))
    }
  }

  private mutating func settle(
    _ reference: Reference, at range: Range<Int>
  ) throws(ExpressionError) -> ExpressionValue {
    switch reference {
    case .value(let value): return value
    case .blobs: throw ExpressionError(.needsIndex(ofLayer: "blobs"), at: range)
    case .values(_, let side): throw ExpressionError(.needsIndex(ofLayer: side.rawValue), at: range)
    case .oneValue:
      throw ExpressionError(
        .noMember("", of: .record([:]), candidates: ExpressionChecker.valueMembers),
        at: range)
    case .blob(let layer, let index):
      let shape = try asking(at: range) { (environment) throws(ExpressionFault) in
        try environment.blobShape(of: layer, at: index)
      }
      budget.credit(layer, index, Tensor.elementCount(of: shape) ?? 0, limits)
      try admit(shape, at: range)
      let tensor = try asking(at: range) { (environment) throws(ExpressionFault) in
        try environment.blob(of: layer, at: index)
      }
      // One without axes is no number here: it has a shape.
      return shape.isEmpty ? .tensor(try computed(at: range, tensor.held)) : try made(tensor, at: range)
    case .attribute(let layer, let path):
      let value = try asking(at: range) { (environment) throws(ExpressionFault) in
        try environment.attribute(path, of: layer)
      }
      guard let value else {
        throw ExpressionError(
          .absentAttribute(
            capture: layer.capture, layer: environment.name(of: layer), path: path.joined(separator: ".")),
          at: range)
      }
      return value
    }
  }

  private mutating func member(
    _ member: Expression.Identifier, of reference: Reference, base: Expression
  ) throws(ExpressionError) -> Reference {
    func missing(_ type: ExpressionType, _ candidates: [String]) -> ExpressionError {
      ExpressionError(.noMember(member.text, of: type, candidates: candidates), at: member.range)
    }
    let range = member.range
    switch reference {
    case .value(.layer(let layer)):
      switch member.text {
      case "name": return .value(.string(environment.name(of: layer)))
      case "type": return .value(.string(Name(environment.type(of: layer))))
      case "phase": return .value(.string(Name(environment.phase(of: layer))))
      case "blobs": return .blobs(layer)
      case "bottoms": return .values(layer, .bottoms)
      case "tops": return .values(layer, .tops)
      default: return .attribute(layer, [member.text])
      }
    case .attribute(let layer, let path):
      if member.text == "count",
        case .list(let items)? = try asking(
          at: range,
          { (environment) throws(ExpressionFault) in
            try environment.attribute(path, of: layer)
          })
      {
        return .value(.number(Double(items.count)))
      }
      return .attribute(layer, path + [member.text])
    case .value(.record(let parts)):
      guard let value = parts[member.text] else { throw missing(.record([:]), parts.keys.sorted()) }
      return .value(value)
    case .blobs(let layer):
      guard member.text == "count" else { throw missing(.list(.dynamic), ["count"]) }
      let count = try asking(at: range) { (environment) throws(ExpressionFault) in
        try environment.blobCount(of: layer)
      }
      return .value(.number(Double(count)))
    case .values(let layer, let side):
      guard member.text == "count" else { throw missing(.list(.dynamic), ["count"]) }
      return .value(.number(Double(environment.values(of: layer, side: side).count)))
    case .blob(let layer, let index):
      let shape = try asking(at: range) { (environment) throws(ExpressionFault) in
        try environment.blobShape(of: layer, at: index)
      }
      return .value(try sizeMember(member, of: shape))
    case .oneValue(let layer, let side, let index):
      if member.text == "name" { return .value(.string(environment.values(of: layer, side: side)[index])) }
      if member.text == "channels" {
        let count = try asking(at: range) { (environment) throws(ExpressionFault) in
          try environment.channels(of: layer, side: side, at: index)
        }
        return .value(.number(Double(count)))
      }
      if member.text == "is_input" || member.text == "is_only_input" {
        let isInput = environment.isInput(of: layer, side: side, at: index)
        return .value(.boolean(isInput && (member.text == "is_input" || environment.inputCount == 1)))
      }
      guard member.text == "shape" || member.text == "rank" else {
        throw missing(.record([:]), ExpressionChecker.valueMembers)
      }
      let shape = try asking(at: range) { (environment) throws(ExpressionFault) in
        try environment.valueShape(of: layer, side: side, at: index)
      }
      guard let shape else {
        let name = environment.name(of: layer)
        throw ExpressionError(.unknownValueShape(layer: name, side: side, index: index), at: range)
      }
      return .value(member.text == "rank" ? .number(Double(shape.count)) : .sizes(shape))
    case .value(.tensor(let tensor)): return .value(try sizeMember(member, of: tensor.shape))
    case .value(.lazy(let tensor)): return .value(try sizeMember(member, of: tensor.shape))
    case .value(.list(let items)) where member.text == "count": return .value(.number(Double(items.count)))
    case .value(.list(let items)): throw missing(ExpressionValue.list(items).type, ["count"])
    case .value(let value): throw missing(value.type, [])
    }
  }

  private func sizeMember(_ member: Expression.Identifier, of shape: [Int]) throws(ExpressionError)
    -> ExpressionValue
  {
    switch member.text {
    case "shape": return .sizes(shape)
    // A blob of the net has a count that fits; one that does not is refused when it is read.
    case "count": return .number(shape.reduce(1.0) { $0 * Double($1) })
    default:
      let type = ExpressionType.tensor(SymbolicShape(shape))
      throw ExpressionError(
        .noMember(member.text, of: type, candidates: ["shape", "count"]), at: member.range)
    }
  }

  // MARK: Items

  private mutating func item(
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
    let value = try settle(reference, at: base.range)
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

  private mutating func slice(
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
