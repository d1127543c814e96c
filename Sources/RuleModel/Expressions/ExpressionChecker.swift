/// Finds what is wrong with an expression before there is a net: names, arity, types, and shapes where they are known.
///
/// What depends on the net (`dynamic` types, unknown sizes) is let through and checked when the expression is evaluated.
package struct ExpressionChecker {
  let scope: any ExpressionScope
  /// What is known of captures that may be absent.
  var facts: PresenceFacts

  /// Makes a checker for expressions that use the names of `scope` where `facts` hold.
  package init(_ scope: any ExpressionScope, facts: PresenceFacts = PresenceFacts()) {
    self.scope = scope
    self.facts = facts
  }

  /// The type of the expression's value, which must be one that `expected` accepts.
  @discardableResult
  package func check(
    _ expression: Expression, expecting expected: ExpressionType = .dynamic
  ) throws(ExpressionError) -> ExpressionType {
    let found = try type(of: expression)
    if case .aligned(_, let axis) = found {
      throw ExpressionError(.unaligned(axis: axis), at: expression.range)
    }
    guard expected.accepts(found) else {
      throw ExpressionError(.wrongResult(expected: expected, found: found), at: expression.range)
    }
    if case .word(let words) = expected { try words.check(expression) }
    return found
  }

  func type(of expression: Expression) throws(ExpressionError) -> ExpressionType {
    switch expression.form {
    case .number(let value): return .number(Int(exactly: value).map { .known($0) } ?? .unknown)
    case .boolean: return .boolean
    case .string: return .string
    case .name, .member, .index, .slice: return try settle(reference(expression), at: expression.range)
    case .list(let items): return try listType(items)
    case .comprehension(let item, let name, let list, let condition):
      return try comprehensionType(item, name, list, condition)
    case .negation(let operand): return try negationType(operand)
    case .not(let operand):
      try requireBoolean(operand)
      return .boolean
    case .binary(let operation, let left, let right): return try binaryType(operation, left, right)
    case .membership(let item, let list, _):
      let found = try type(of: list)
      if case .word(let words) = try type(of: item), case .list(let items) = list.form {
        for item in items { try words.check(item) }
      }
      if case .list(let items) = list.form { for item in items { try item.refuseGlob() } }
      switch found {
      case .list, .shape, .dynamic: return .boolean
      default: throw ExpressionError(.notInList(found), at: list.range)
      }
    case .call(let name, let arguments):
      return try callType(ExpressionCall(name, arguments, at: expression.range))
    }
  }

  private func callType(_ call: ExpressionCall) throws(ExpressionError) -> ExpressionType {
    let rule: ExpressionFunction.TypeRule
    switch call.function.body {
    case .call(let type, _): return try type(self, call)
    case .operands(let type, _): rule = type
    }
    var types: [ExpressionType?] = []
    var items: [(type: ExpressionType, range: Range<Int>)]?
    for (index, parameter) in call.function.parameters.enumerated() {
      guard let operand = call.optional(index) else {
        types.append(nil)
        continue
      }
      if parameter.reading == .tensors, case .list(let written) = operand.form {
        // The type of a list does not keep the shape of each item.
        var found: [(ExpressionType, Range<Int>)] = []
        for item in written { found.append((try type(of: item), item.range)) }
        items = found
        types.append(.list(.dynamic))
      } else {
        types.append(try type(of: operand))
      }
    }
    return try rule(OperandTypes(call, types, items: items))
  }

  private func listType(_ items: [Expression]) throws(ExpressionError) -> ExpressionType {
    var types: [ExpressionType] = []
    for item in items {
      let found = try type(of: item)
      if case .aligned(_, let axis) = found { throw ExpressionError(.unaligned(axis: axis), at: item.range) }
      if case .tensor(let shape) = found, shape.rank == 0 {
        types.append(.number())
      } else {
        types.append(found)
      }
    }
    var dimensions: [Dimension] = []
    for case .number(let dimension) in types { dimensions.append(dimension) }
    if dimensions.count == types.count, !types.isEmpty { return .shape(SymbolicShape(dimensions)) }
    guard var joined = types.first else { return .list(.dynamic) }
    for type in types.dropFirst() { joined = joined.joined(with: type) }
    return .list(joined)
  }

  // MARK: Operators

  func requireBoolean(_ operand: Expression) throws(ExpressionError) {
    let found = try type(of: operand)
    guard found == .boolean || found == .dynamic else {
      throw ExpressionError(.needsBoolean(found), at: operand.range)
    }
  }

  private func negationType(_ operand: Expression) throws(ExpressionError) -> ExpressionType {
    switch try type(of: operand) {
    case .number(.known(let value)) where value != .min: return .number(.known(-value))
    case let type:
      guard let numeric = type.numeric else { throw ExpressionError(.cannotNegate(type), at: operand.range) }
      if case .number = numeric { return .number() }
      return numeric
    }
  }

  private func binaryType(
    _ operation: Expression.Operation, _ left: Expression, _ right: Expression
  ) throws(ExpressionError) -> ExpressionType {
    if operation.kind == .and || operation.kind == .or {
      try requireBoolean(left)
      // The right side is looked at only when the left one has not decided.
      try assuming(Self.facts(of: left, being: operation.kind == .and)).requireBoolean(right)
      return .boolean
    }
    let (a, b) = (try type(of: left), try type(of: right))
    let refusal = ExpressionError(.cannotCombine(operation.kind, a, b), at: operation.range)
    if operation.kind == .add, a.withoutWords == .string, b.withoutWords == .string { return .string }
    if operation.kind == .equal || operation.kind == .notEqual {
      if case .word(let words) = a { try words.check(right) }
      if case .word(let words) = b { try words.check(left) }
      if left.isText != right.isText { for side in [left, right] { try side.refuseGlob() } }
      switch (a.withoutWords, b.withoutWords) {
      case (.string, .string), (.boolean, .boolean), (.shape, .shape), (.list, .list), (.shape, .list),
        (.list, .shape), (.string, .dynamic), (.dynamic, .string), (.boolean, .dynamic), (.dynamic, .boolean),
        (.list, .dynamic), (.dynamic, .list), (.shape, .dynamic), (.dynamic, .shape):
        return .boolean
      default: break
      }
    }
    guard let joined = try a.joined(elementwise: b, at: operation.range) else { throw refusal }
    guard operation.kind.isComparison else { return joined }
    if case .number = joined { return .boolean }
    return joined
  }
}

extension ExpressionType {
  /// The type of two operands joined element by element; nil where they cannot be.
  func joined(
    elementwise other: ExpressionType, at range: Range<Int>
  ) throws(ExpressionError) -> ExpressionType? {
    // A list beside a number or tensor is a vector; two lists may have been meant as a concatenation.
    if case .shape = self, case .shape = other { return nil }
    guard let first = numeric, let second = other.numeric else { return nil }
    switch (first, second) {
    case (.number, .number): return .number()
    case (.dynamic, .tensor), (.tensor, .dynamic): return .tensor(.unknown)
    case (.dynamic, _), (_, .dynamic): return .dynamic
    case (.number, let type), (let type, .number): return type
    case (.tensor(let x), .tensor(let y)):
      guard let shape = x.broadcast(with: y) else { throw ExpressionError(.shapeConflict(x, y), at: range) }
      return .tensor(shape)
    case (.aligned(let x, let axis), .aligned(let y, let second)):
      guard axis == second else { throw ExpressionError(.mixedAlignment, at: range) }
      guard let size = x.broadcast(with: y) else {
        throw ExpressionError(.shapeConflict(SymbolicShape([x]), SymbolicShape([y])), at: range)
      }
      return .aligned(size, axis: axis)
    case (.aligned(let size, let axis), .tensor(let shape)):
      return .tensor(try Self.laid(size, axis: axis, over: shape, at: range, vectorFirst: true))
    case (.tensor(let shape), .aligned(let size, let axis)):
      return .tensor(try Self.laid(size, axis: axis, over: shape, at: range, vectorFirst: false))
    default: return nil
    }
  }

  private static func laid(
    _ size: Dimension, axis: Int, over shape: SymbolicShape, at range: Range<Int>, vectorFirst: Bool
  ) throws(ExpressionError) -> SymbolicShape {
    guard let rank = shape.rank else { return .unknown }
    guard axis < rank else { throw ExpressionError(.alignmentTooNarrow(axis: axis, rank: rank), at: range) }
    var dimensions = [Dimension](repeating: .known(1), count: rank)
    dimensions[axis] = size
    let vector = SymbolicShape(dimensions)
    guard let joined = shape.broadcast(with: vector) else {
      throw ExpressionError(
        vectorFirst ? .shapeConflict(vector, shape) : .shapeConflict(shape, vector), at: range)
    }
    return joined
  }

  /// The type as an operand of arithmetic: a list of numbers is a vector; nil for what is no number.
  var numeric: ExpressionType? {
    switch self {
    // A tensor without axes is the number it holds.
    case .tensor(let shape) where shape.rank == 0: .number()
    case .number, .tensor, .aligned, .dynamic: self
    case .shape(let shape): .tensor(SymbolicShape([shape.dimensions.map { .known($0.count) } ?? .unknown]))
    // The empty list.
    case .list(.dynamic): .tensor(.rank(1))
    default: nil
    }
  }
}

extension Range<Int> {
  /// The bounds of a slice, negative ones counted from the end; nil where they leave `0...count` or cross.
  static func slice(from start: Int, to end: Int, count: Int) -> Range<Int>? {
    let lower = start < 0 ? count.addingReportingOverflow(start).partialValue : start
    let upper = end < 0 ? count.addingReportingOverflow(end).partialValue : end
    guard lower >= 0, upper <= count, lower <= upper else { return nil }
    return lower..<upper
  }
}

extension Expression {
  /// Whether it is a text in quotes.
  var isText: Bool { if case .string = form { true } else { false } }

  /// Throws for a text in quotes with a '*' in it: 'matches' compares with patterns, '==' and 'in' do not.
  func refuseGlob() throws(ExpressionError) {
    guard case .string(let text) = form, text.contains("*") else { return }
    throw ExpressionError(.globComparison(text), at: range)
  }
}
