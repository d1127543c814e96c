import Tensors

/// The types of a call's operands, and the questions that type rules ask of them.
struct OperandTypes {
  /// The call.
  let call: ExpressionCall
  /// By parameter; nil for one that is not given.
  private let types: [ExpressionType?]
  /// The items of operands that are lists of tensors, with their bytes; nil where they are not known one by one.
  private let items: [(type: ExpressionType, range: Range<Int>)]?

  init(
    _ call: ExpressionCall, _ types: [ExpressionType?], items: [(type: ExpressionType, range: Range<Int>)]?
  ) {
    self.call = call
    self.types = types
    self.items = items
  }

  /// The type of the operand of a required parameter.
  subscript(index: Int) -> ExpressionType { types[index]! }
  /// Whether a call gives an optional parameter.
  func has(_ index: Int) -> Bool { types[index] != nil }

  /// An operand of arithmetic: a number, tensor, list of numbers, `rows` or `columns`.
  func numeric(_ index: Int, _ want: ExpressionWant = .numeric) throws(ExpressionError) -> ExpressionType {
    guard let type = self[index].numeric else { throw call.refusal(index, want, self[index]) }
    return type
  }

  /// The shape of a number, tensor or list of numbers; a number has no axes.
  func shape(of index: Int, _ want: ExpressionWant = .numeric) throws(ExpressionError) -> SymbolicShape {
    switch try numeric(index, want) {
    case .number: return SymbolicShape([])
    case .tensor(let shape): return shape
    case .aligned(_, let axis): throw ExpressionError(.unaligned(axis: axis), at: call[index].range)
    default: return .unknown
    }
  }

  /// The shape of a tensor with at least one axis.
  func tensorShape(of index: Int) throws(ExpressionError) -> SymbolicShape {
    let shape = try shape(of: index)
    if shape.rank == 0 { throw call.refusal(index, .vector, .number()) }
    return shape
  }

  /// A whole number.
  func integer(_ index: Int) throws(ExpressionError) -> Dimension {
    let found = self[index]
    guard ExpressionType.number().accepts(found) else { throw call.refusal(index, .number, found) }
    if case .number(let dimension) = found { return dimension }
    return .unknown
  }

  /// The sizes that a number or a list of whole numbers spells; one of them may be −1 where `infers` says so.
  func sizes(_ index: Int, infers: Bool = false) throws(ExpressionError) -> SymbolicShape {
    let shape: SymbolicShape
    switch self[index] {
    case .shape(let list): shape = list
    case .number(let dimension): shape = SymbolicShape([dimension])
    case .list(.dynamic), .dynamic: return .unknown
    case .tensor(let vector) where vector.rank ?? 1 <= 1: return .unknown
    case let found: throw call.refusal(index, .shape, found)
    }
    for case .known(let size) in shape.dimensions ?? [] where size < (infers ? -1 : 0) {
      throw ExpressionError(.badDimension(Double(size)), at: call[index].range)
    }
    return shape
  }

  /// The axes that an operand names, from the front; nil where they are not given or not known.
  func axes(_ index: Int, rank: Int?) throws(ExpressionError) -> [Int]? {
    guard let type = types[index] else { return nil }
    let dimensions: [Dimension]?
    switch type {
    case .number(let dimension): dimensions = [dimension]
    case .shape(let list): dimensions = list.dimensions
    case .dynamic, .list(.dynamic): return nil
    case let found: throw call.refusal(index, .axes, found)
    }
    guard let rank, let dimensions else { return nil }
    var result: [Int] = []
    for dimension in dimensions {
      guard case .known(let literal) = dimension else { return nil }
      guard let axis = Tensor.axis(literal, rank: rank) else {
        throw ExpressionError(.badAxis(literal, rank: rank), at: call.range(of: index))
      }
      if result.contains(axis) {
        throw ExpressionError(.repeatedAxis(literal), at: call.range(of: index))
      }
      result.append(axis)
    }
    return result
  }

  /// The one axis that an operand names; 0 where it is not given, nil where it is not known.
  func axis(_ index: Int, rank: Int) throws(ExpressionError) -> Int? {
    guard has(index) else { return 0 }
    guard let axes = try axes(index, rank: rank) else { return nil }
    guard axes.count == 1 else {
      throw ExpressionError(.wrongAxisCount(found: axes.count, rank: 1), at: call.range(of: index))
    }
    return axes[0]
  }

  /// The type of operands joined element by element.
  func joined(_ indices: [Int]) throws(ExpressionError) -> ExpressionType {
    var joined = try numeric(indices[0])
    for index in indices.dropFirst() {
      let next = try numeric(index)
      guard let both = try joined.joined(elementwise: next, at: call[index].range) else {
        throw call.refusal(index, .numeric, next)
      }
      joined = both
    }
    return joined
  }

  /// The shapes of the tensors of a list, with their bytes; nil where the items are not known one by one.
  func tensors(_ index: Int) throws(ExpressionError) -> [(shape: SymbolicShape, range: Range<Int>)]? {
    guard let items else {
      switch self[index] {
      case .list, .dynamic, .shape: return nil
      case let found: throw call.refusal(index, .tensors, found)
      }
    }
    guard !items.isEmpty else { throw call.refusal(index, .tensors, .list(.dynamic)) }
    var shapes: [(SymbolicShape, Range<Int>)] = []
    for item in items {
      switch item.type.numeric {
      case .tensor(let shape): shapes.append((shape, item.range))
      case .dynamic: shapes.append((.unknown, item.range))
      default: throw call.refusal(index, .tensors, item.type, at: item.range)
      }
    }
    return shapes
  }
}

extension ExpressionType {
  /// A number where the shape has no axes, else a tensor.
  static func numbers(_ shape: SymbolicShape) -> ExpressionType {
    shape.rank == 0 ? .number() : .tensor(shape)
  }

  /// The sizes of a value of the type, all known: no axes for a number.
  var sizes: [Int] {
    var dimensions: [Dimension] = []
    switch self {
    case .tensor(let shape): dimensions = shape.dimensions ?? []
    case .aligned(let count, _): dimensions = [count]
    default: break
    }
    return dimensions.map { if case .known(let size) = $0 { size } else { 0 } }
  }
}
