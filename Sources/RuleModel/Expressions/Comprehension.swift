import Tensors

// `[x for name in list if condition]`: a list of the values of an expression for the items of another list.

extension ExpressionChecker {
  func comprehensionType(
    _ item: Expression, _ name: Expression.Identifier, _ list: Expression, _ condition: Expression?
  ) throws(ExpressionError) -> ExpressionType {
    if scope.type(of: name.text) != nil { throw ExpressionError(.boundName(name.text), at: name.range) }
    let bound: BoundScope
    switch try type(of: list) {
    case .list(.layer(let capture)):
      bound = BoundScope(scope, name.text, .layer(capture: name.text), standingFor: capture)
    case .list(let type): bound = BoundScope(scope, name.text, type)
    case .shape: bound = BoundScope(scope, name.text, .number())
    case .tensor(let shape):
      guard let dimensions = shape.dimensions else {
        bound = BoundScope(scope, name.text, .dynamic)
        break
      }
      guard !dimensions.isEmpty else { throw ExpressionError(.notIterable(.number()), at: list.range) }
      bound = BoundScope(
        scope, name.text,
        dimensions.count == 1 ? .number() : .tensor(SymbolicShape(Array(dimensions.dropFirst()))))
    case .dynamic: bound = BoundScope(scope, name.text, .dynamic)
    case let found: throw ExpressionError(.notIterable(found), at: list.range)
    }
    var inner = ExpressionChecker(bound, facts: facts)
    if let condition {
      try inner.requireBoolean(condition)
      inner = inner.assuming(Self.facts(of: condition, being: true))
    }
    switch try inner.type(of: item) {
    case .aligned(_, let axis): throw ExpressionError(.unaligned(axis: axis), at: item.range)
    case .number: return .shape(.unknown)
    case let found: return .list(found)
    }
  }
}

/// A scope with one name more, for the items of a list.
private struct BoundScope: ExpressionScope {
  private let scope: any ExpressionScope
  private let name: String
  private let type: ExpressionType
  /// The capture whose layers the name stands for.
  private let capture: String?

  init(
    _ scope: any ExpressionScope, _ name: String, _ type: ExpressionType, standingFor capture: String? = nil
  ) {
    self.scope = scope
    self.name = name
    self.type = type
    self.capture = capture
  }

  private func original(_ capture: String) -> String {
    capture == name ? self.capture ?? capture : capture
  }

  var names: [String] { scope.names + [name] }
  var presence: CapturePresence { scope.presence }
  func type(of name: String) -> ExpressionType? { name == self.name ? type : scope.type(of: name) }
  func blobShape(of capture: String, at index: Int) -> SymbolicShape {
    scope.blobShape(of: original(capture), at: index)
  }
  func valueShape(of capture: String, side: ValueSide, at index: Int) -> SymbolicShape {
    scope.valueShape(of: original(capture), side: side, at: index)
  }
  func attribute(_ path: [String], of capture: String) -> AttributeLookup {
    scope.attribute(path, of: original(capture))
  }
  // The layers of a list may differ in their channels.
  func affineShape(of capture: String) -> SymbolicShape {
    capture == name ? .rank(1) : scope.affineShape(of: capture)
  }
  func note(_ remark: ExpressionError) { scope.note(remark) }
  func hasPlace(_ capture: String) -> Bool { scope.hasPlace(original(capture)) }
}

extension ExpressionEvaluator {
  /// How many operations of the match's budget one item takes. The budget ends nested comprehensions, which would take too long.
  private static let operationsPerItem = 4096

  mutating func comprehension(
    _ item: Expression, _ name: Expression.Identifier, _ list: Expression, _ condition: Expression?,
    at range: Range<Int>
  ) throws(ExpressionError) -> ExpressionValue {
    let outer = bound
    defer { bound = outer }
    var values: [ExpressionValue] = []
    for element in try items(of: evaluate(list), at: list.range) {
      try spendOperations(Self.operationsPerItem, at: range)
      bound[name.text] = element
      if let condition {
        let truth = try evaluate(condition)
        guard case .boolean(let holds) = truth else {
          throw ExpressionError(.needsBoolean(truth.type), at: condition.range)
        }
        if !holds { continue }
      }
      let value = try evaluate(item)
      if case .aligned(_, let axis) = value { throw ExpressionError(.unaligned(axis: axis), at: item.range) }
      // A tensor without axes is the number it holds.
      values.append(value.number.map { .number($0) } ?? value)
    }
    try spend(items: values, at: range)
    return .list(values)
  }

  private mutating func items(
    of value: ExpressionValue, at range: Range<Int>
  ) throws(ExpressionError) -> [ExpressionValue] {
    if case .list(let items) = value { return items }
    guard let lazy = value.lazyTensor, let count = lazy.shape.first else {
      throw ExpressionError(.notIterable(value.type), at: range)
    }
    guard count <= limits.listItems else {
      throw ExpressionError(.tooManyItems(limit: limits.listItems), at: range)
    }
    let tensor = try held(lazy, at: range)
    let shape = Array(tensor.shape.dropFirst())
    let size = shape.reduce(1, *)
    return (0..<count).map {
      ExpressionValue(Tensor(shape: shape, values: Array(tensor.values[$0 * size..<($0 + 1) * size])))
    }
  }
}
