/// Finds what is wrong with an expression before there is a net: names, arity, types, and shapes where they are known.
///
/// What depends on the net (`dynamic` types, unknown sizes) is let through and checked when the expression is evaluated.
package struct ExpressionChecker<Scope: ExpressionScope>: Sendable {
  let scope: Scope

  /// Makes a checker for expressions that use the names of `scope`.
  package init(_ scope: Scope) { self.scope = scope }

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
    return found
  }

  func type(of expression: Expression) throws(ExpressionError) -> ExpressionType {
    switch expression.form {
    case .number(let value): return .number(Int(exactly: value).map { .known($0) } ?? .unknown)
    case .boolean: return .boolean
    case .string: return .string
    case .name, .member, .index, .slice: return try settle(reference(expression), at: expression.range)
    case .list(let items): return try listType(items)
    case .negation(let operand): return try negationType(operand)
    case .not(let operand):
      try requireBoolean(operand)
      return .boolean
    case .binary(let operation, let left, let right): return try binaryType(operation, left, right)
    case .membership(let item, let list, _):
      let found = try type(of: list)
      _ = try type(of: item)
      switch found {
      case .list, .shape, .dynamic: return .boolean
      default: throw ExpressionError(.notInList(found), at: list.range)
      }
    case .call(let name, let arguments):
      let function = try ExpressionFunction(named: name)
      return try callType(function.bind(arguments, call: expression.range))
    }
  }

  // MARK: Paths

  /// What a path means so far: `conv`, `conv.blobs`, `conv.blobs[0]`, `conv.convolution_param`.
  private enum Reference {
    case type(ExpressionType)
    case blobs(String?)
    case blob(String?, index: Int?)
    case values(String?, ValueSide)
    case value(String?, ValueSide, index: Int?)
    case attribute(String, [String], ExpressionType)
  }

  private func reference(_ expression: Expression) throws(ExpressionError) -> Reference {
    switch expression.form {
    case .name(let name):
      guard let type = scope.type(of: name) else { throw unknown(name, expression, isCapture: false) }
      return .type(type)
    case .member(let base, let member):
      if case .name(let name) = base.form, scope.type(of: name) == nil {
        throw unknown(name, base, isCapture: true)
      }
      return try self.member(member, of: reference(base))
    case .index(let base, let index): return try item(index, of: reference(base), base: base)
    case .slice(let base, let from, let to):
      return .type(try sliceType(settle(reference(base), at: base.range), base: base, from: from, to: to))
    default: return .type(try type(of: expression))
    }
  }

  func unknown(_ name: String, _ expression: Expression, isCapture: Bool) -> ExpressionError {
    let known = scope.names
    guard isCapture else { return ExpressionError(.unknownName(name, known: known), at: expression.range) }
    let captures = known.filter { if case .layer = scope.type(of: $0) { true } else { false } }
    return ExpressionError(
      .unknownCapture(name, known: captures.isEmpty ? known : captures), at: expression.range)
  }

  private func settle(_ reference: Reference, at range: Range<Int>) throws(ExpressionError) -> ExpressionType
  {
    switch reference {
    case .type(let type): return type
    case .blob(let capture, let index):
      guard let capture, let index else { return .tensor(.unknown) }
      return .tensor(scope.blobShape(of: capture, at: index))
    case .attribute(_, _, let type): return type
    case .blobs: throw ExpressionError(.needsIndex(ofLayer: "blobs"), at: range)
    case .values(_, let side): throw ExpressionError(.needsIndex(ofLayer: side.rawValue), at: range)
    case .value:
      throw ExpressionError(.noMember("", of: .record([:]), candidates: ["name", "shape"]), at: range)
    }
  }

  private func member(
    _ member: Expression.Name, of base: Reference
  ) throws(ExpressionError) -> Reference {
    func missing(_ type: ExpressionType, _ candidates: [String]) -> ExpressionError {
      ExpressionError(.noMember(member.text, of: type, candidates: candidates), at: member.range)
    }
    switch base {
    case .type(.layer(let capture)):
      switch member.text {
      case "name", "type", "phase": return .type(.string)
      case "blobs": return .blobs(capture)
      case "bottoms": return .values(capture, .bottoms)
      case "tops": return .values(capture, .tops)
      default: return try attribute([member.text], of: capture, at: member.range)
      }
    case .attribute(let capture, let path, _):
      return try attribute(path + [member.text], of: capture, at: member.range)
    case .type(.record(let parts)):
      guard let type = parts[member.text] else { throw missing(.record(parts), parts.keys.sorted()) }
      return .type(type)
    case .type(.dynamic): return .type(.dynamic)
    case .blobs, .values:
      guard member.text == "count" else { throw missing(.list(.dynamic), ["count"]) }
      return .type(.number())
    case .blob(let capture, let index):
      return .type(
        try tensorMember(member, of: settle(base, at: member.range), symbol: symbol(capture, "blobs", index)))
    case .value(let capture, let side, let index):
      if member.text == "name" { return .type(.string) }
      guard member.text == "shape" else { throw missing(.record([:]), ["name", "shape"]) }
      guard let capture, let index else { return .type(.shape(.unknown)) }
      let shape = scope.valueShape(of: capture, side: side, at: index)
      return .type(.shape(named(shape, symbol(capture, side.rawValue, index))))
    case .type(let type): return .type(try tensorMember(member, of: type, symbol: nil))
    }
  }

  private func symbol(_ capture: String?, _ part: String, _ index: Int?) -> String? {
    guard let capture, let index else { return nil }
    return "\(capture).\(part)[\(index)].shape"
  }

  /// The shape with its unknown sizes named after where they come from.
  private func named(_ shape: SymbolicShape, _ symbol: String?) -> SymbolicShape {
    guard let symbol, let dimensions = shape.dimensions else { return shape }
    return SymbolicShape(dimensions.enumerated().map { $1 == .unknown ? .symbol("\(symbol)[\($0)]") : $1 })
  }

  private func tensorMember(
    _ member: Expression.Name, of type: ExpressionType, symbol: String?
  ) throws(ExpressionError) -> ExpressionType {
    switch (type, member.text) {
    case (.tensor(let shape), "shape"): return .shape(named(shape, symbol))
    case (.tensor, "count"), (.shape, "count"), (.list, "count"): return .number()
    case (.tensor, _):
      throw ExpressionError(
        .noMember(member.text, of: type, candidates: ["shape", "count"]), at: member.range)
    case (.shape, _), (.list, _):
      throw ExpressionError(.noMember(member.text, of: type, candidates: ["count"]), at: member.range)
    default: throw ExpressionError(.noMember(member.text, of: type, candidates: []), at: member.range)
    }
  }

  private func attribute(
    _ path: [String], of capture: String?, at range: Range<Int>
  ) throws(ExpressionError) -> Reference {
    guard let capture else { return .type(.dynamic) }
    switch scope.attribute(path, of: capture) {
    case .type(let type): return .attribute(capture, path, type)
    case .dynamic: return .attribute(capture, path, .dynamic)
    case .missing(let candidates):
      throw ExpressionError(.noField(path.joined(separator: "."), candidates: candidates), at: range)
    }
  }

  // MARK: Items

  private func item(
    _ index: Expression, of base: Reference, base expression: Expression
  ) throws(ExpressionError) -> Reference {
    let found = try type(of: index)
    guard ExpressionType.number().accepts(found) else {
      throw ExpressionError(.notAnIndex(found), at: index.range)
    }
    if case .number(let value) = index.form, Int(exactly: value) == nil {
      throw ExpressionError(.notWhole(value), at: index.range)
    }
    let literal = index.literalInteger
    switch base {
    case .blobs(let capture): return .blob(capture, index: literal.flatMap { $0 < 0 ? nil : $0 })
    case .values(let capture, let side):
      return .value(capture, side, index: literal.flatMap { $0 < 0 ? nil : $0 })
    default: break
    }
    switch try settle(base, at: expression.range) {
    case .shape(let shape):
      if let literal, let dimensions = shape.dimensions {
        let position = literal < 0 ? dimensions.count + literal : literal
        guard dimensions.indices.contains(position) else {
          throw ExpressionError(.outOfRange(index: literal, count: dimensions.count), at: index.range)
        }
        return .type(.number(dimensions[position]))
      }
      return .type(.number(dimensionSymbol(base, expression, literal)))
    case .list(let item): return .type(item)
    case .dynamic: return .type(.dynamic)
    case .tensor(let shape):
      guard let dimensions = shape.dimensions else { return .type(.tensor(.unknown)) }
      guard let first = dimensions.first else {
        throw ExpressionError(.cannotIndex(.number()), at: expression.range)
      }
      if let literal, case .known(let count) = first, !(-count..<count).contains(literal) {
        throw ExpressionError(.outOfRange(index: literal, count: count), at: index.range)
      }
      return .type(dimensions.count == 1 ? .number() : .tensor(SymbolicShape(Array(dimensions.dropFirst()))))
    case let other: throw ExpressionError(.cannotIndex(other), at: expression.range)
    }
  }

  /// The symbol for `conv.blobs[0].shape[1]` where the rank is unknown.
  private func dimensionSymbol(_ base: Reference, _ expression: Expression, _ index: Int?) -> Dimension {
    guard let index, index >= 0, case .member(let owner, let member) = expression.form,
      member.text == "shape",
      case .index(let list, let position) = owner.form, let number = position.literalInteger,
      case .member(let layer, let part) = list.form, case .name(let name) = layer.form,
      case .layer(let capture?) = scope.type(of: name)
    else { return .unknown }
    return .symbol("\(capture).\(part.text)[\(number)].shape[\(index)]")
  }

  private func sliceType(
    _ type: ExpressionType, base: Expression, from: Expression?, to: Expression?
  ) throws(ExpressionError) -> ExpressionType {
    for bound in [from, to] {
      guard let bound else { continue }
      let found = try self.type(of: bound)
      guard ExpressionType.number().accepts(found) else {
        throw ExpressionError(.notAnIndex(found), at: bound.range)
      }
    }
    let start = from == nil ? 0 : from?.literalInteger
    switch type {
    case .shape(let shape):
      guard let dimensions = shape.dimensions, let start,
        let end = to == nil ? dimensions.count : to?.literalInteger
      else { return .shape(.unknown) }
      let range = try sliceRange(start, end, count: dimensions.count, at: base.range)
      return .shape(SymbolicShape(Array(dimensions[range])))
    case .tensor(let shape):
      guard let dimensions = shape.dimensions else { return type }
      guard !dimensions.isEmpty else { throw ExpressionError(.cannotIndex(.number()), at: base.range) }
      let end = to.map { $0.literalInteger.map { SliceEnd.at($0) } ?? .unknown } ?? .axisEnd
      return .tensor(try sliced(dimensions, axis: 0, start: start, end: end, at: base.range))
    case .list, .dynamic: return type
    default: throw ExpressionError(.cannotIndex(type), at: base.range)
    }
  }

  /// Where a slice ends.
  enum SliceEnd {
    case at(Int)
    case axisEnd
    case unknown
  }

  /// The shape after taking `start..<end` along `axis`.
  func sliced(
    _ dimensions: [Dimension], axis: Int, start: Int?, end: SliceEnd, at range: Range<Int>
  ) throws(ExpressionError) -> SymbolicShape {
    var result = dimensions
    result[axis] = .unknown
    switch (start, end, dimensions[axis]) {
    case (let start?, .at(let end), .known(let count)):
      result[axis] = .known(try sliceRange(start, end, count: count, at: range).count)
    case (let start?, .axisEnd, .known(let count)):
      result[axis] = .known(try sliceRange(start, count, count: count, at: range).count)
    case (let start?, .at(let end), _) where (start < 0) == (end < 0) && start <= end:
      result[axis] = .known(end - start)
    default: break
    }
    return SymbolicShape(result)
  }

  private func sliceRange(
    _ start: Int, _ end: Int, count: Int, at range: Range<Int>
  ) throws(ExpressionError) -> Range<Int> {
    guard let bounds = Range<Int>.slice(from: start, to: end, count: count) else {
      throw ExpressionError(.sliceOutOfRange(from: start, to: end, count: count), at: range)
    }
    return bounds
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
      try requireBoolean(right)
      return .boolean
    }
    let (a, b) = (try type(of: left), try type(of: right))
    let refusal = ExpressionError(.cannotCombine(operation.kind, a, b), at: operation.range)
    if operation.kind == .equal || operation.kind == .notEqual {
      switch (a, b) {
      case (.string, .string), (.boolean, .boolean), (.shape, .shape), (.list, .list), (.shape, .list),
        (.list, .shape), (.string, .dynamic), (.dynamic, .string), (.boolean, .dynamic), (.dynamic, .boolean),
        (.list, .dynamic), (.dynamic, .list), (.shape, .dynamic), (.dynamic, .shape):
        return .boolean
      default: break
      }
    }
    guard let joined = try combined(a, b, at: operation.range) else { throw refusal }
    guard operation.kind.isComparison else { return joined }
    if case .number = joined { return .boolean }
    return joined
  }

  /// The type of two operands joined element by element; nil where they cannot be.
  func combined(
    _ a: ExpressionType, _ b: ExpressionType, at range: Range<Int>
  ) throws(ExpressionError) -> ExpressionType? {
    // A list beside a number or tensor is a vector; two lists may have been meant as a concatenation.
    if case .shape = a, case .shape = b { return nil }
    guard let first = a.numeric, let second = b.numeric else { return nil }
    switch (first, second) {
    case (.number, .number): return .number()
    case (.dynamic, .tensor), (.tensor, .dynamic): return .tensor(.unknown)
    case (.dynamic, _), (_, .dynamic): return .dynamic
    case (.number, let other), (let other, .number): return other
    case (.tensor(let x), .tensor(let y)):
      guard let shape = x.broadcast(with: y) else { throw ExpressionError(.shapeConflict(x, y), at: range) }
      return .tensor(shape)
    case (.aligned(let x, let axis), .aligned(let y, let other)):
      guard axis == other else { throw ExpressionError(.mixedAlignment, at: range) }
      guard let size = x.broadcast(with: y) else {
        throw ExpressionError(.shapeConflict(SymbolicShape([x]), SymbolicShape([y])), at: range)
      }
      return .aligned(size, axis: axis)
    case (.aligned(let size, let axis), .tensor(let shape)):
      return .tensor(try laid(size, axis: axis, over: shape, at: range, vectorFirst: true))
    case (.tensor(let shape), .aligned(let size, let axis)):
      return .tensor(try laid(size, axis: axis, over: shape, at: range, vectorFirst: false))
    default: return nil
    }
  }

  private func laid(
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
}

extension ExpressionType {
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
