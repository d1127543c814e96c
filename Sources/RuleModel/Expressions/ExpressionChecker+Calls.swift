import Tensors

extension ExpressionChecker {
  /// The type of a call's value.
  func callType(_ arguments: ExpressionArguments) throws(ExpressionError) -> ExpressionType {
    let function = arguments.function
    switch function {
    case .sqrt, .rsqrt, .abs, .exp, .log, .floor:
      let type = try numeric(arguments, 0)
      if case .number = type { return .number() }
      return type
    case .isfinite:
      let type = try numeric(arguments, 0)
      if case .number = type { return .boolean }
      return type
    case .pow: return try elementwise(arguments, [0, 1])
    case .clip: return try elementwise(arguments, [0, 1, 2])
    case .where: return try whereType(arguments)
    case .min, .max:
      if arguments.optional(1) != nil { return try elementwise(arguments, [0, 1]) }
      return try reduced(arguments, numeric(arguments, 0), axes: arguments.optional(2), whole: .number())
    case .sum, .mean:
      return try reduced(arguments, numeric(arguments, 0), axes: arguments.optional(1), whole: .number())
    case .all, .any:
      let type = try type(of: arguments[0])
      if type == .boolean { return .boolean }
      return try reduced(
        arguments, numeric(arguments, 0, want: .mask), axes: arguments.optional(1), whole: .boolean)
    case .reshape: return try reshapeType(arguments)
    case .transpose: return try transposeType(arguments)
    case .slice: return try sliceType(arguments)
    case .concat: return try concatType(arguments)
    case .flip:
      let type = try numeric(arguments, 0)
      _ = try axes(arguments, 1, rank: type.tensorShape?.rank)
      return type.asTensor
    case .pad: return try padType(arguments)
    case .rows, .columns: return try alignedType(arguments)
    case .zeros, .ones: return tensorOrNumber(try shape(arguments, 0))
    case .full:
      _ = try number(arguments, 1)
      return tensorOrNumber(try shape(arguments, 0))
    case .eye:
      let size = try number(arguments, 0)
      if case .known(let count) = size, count < 0 {
        throw ExpressionError(.badDimension(Double(count)), at: arguments[0].range)
      }
      return .tensor(SymbolicShape([size, size]))
    case .matmul: return try matmulType(arguments)
    case .len:
      switch try type(of: arguments[0]) {
      case .shape(let shape): return .number(shape.dimensions.map { .known($0.count) } ?? .unknown)
      case .tensor(let shape): return .number(shape.dimensions?.first ?? .unknown)
      case .list, .string, .dynamic: return .number()
      case let found: throw wrong(arguments, 0, .sized, found)
      }
    case .shape:
      switch try numeric(arguments, 0) {
      case .tensor(let shape): return .shape(shape)
      case .number: return .shape(SymbolicShape([]))
      default: return .shape(.unknown)
      }
    case .count:
      switch try type(of: arguments[0]) {
      case .list, .shape, .tensor, .dynamic, .number: return .number()
      case let found: throw wrong(arguments, 0, .sized, found)
      }
    case .attr: return try attributeType(arguments)
    case .has:
      _ = try attributeType(arguments)
      return .boolean
    case .affine:
      let shape = try layer(arguments, 0).map { scope.affineShape(of: $0) } ?? .rank(1)
      return .record(["scale": .tensor(shape), "shift": .tensor(shape)])
    case .window:
      _ = try layer(arguments, 0)
      return .record(
        Dictionary(uniqueKeysWithValues: WindowSizes.names.map { ($0, .tensor(.rank(1))) }))
    case .present:
      try requireUncertain(arguments)
      return .boolean
    case .place:
      try requirePlace(arguments, 0)
      return .record(["index": .number(), "offset": .number(), "count": .number()])
    case .part:
      let type = try plain(arguments, 0)
      if let rank = type.tensorShape?.rank, rank > 1 {
        throw ExpressionError(.wrongRank(.part, expected: 1, found: rank), at: arguments[0].range)
      }
      try requirePlace(arguments, 1)
      if case .number = type { return type }
      return .tensor(.rank(1))
    }
  }

  private func elementwise(
    _ arguments: ExpressionArguments, _ indices: [Int]
  ) throws(ExpressionError) -> ExpressionType {
    var joined = try numeric(arguments, indices[0])
    for index in indices.dropFirst() {
      let next = try numeric(arguments, index)
      guard let both = try combined(joined, next, at: arguments[index].range) else {
        throw wrong(arguments, index, .numeric, next)
      }
      joined = both
    }
    return joined
  }

  private func whereType(_ arguments: ExpressionArguments) throws(ExpressionError) -> ExpressionType {
    let condition = try type(of: arguments[0])
    // Only the side that is taken is looked at.
    let x = try assuming(Self.facts(of: arguments[0], being: true)).type(of: arguments[1])
    let y = try assuming(Self.facts(of: arguments[0], being: false)).type(of: arguments[2])
    if condition == .boolean || condition == .dynamic {
      if case .aligned = x { return try elementwise(arguments, [1, 2]) }
      return condition == .boolean ? x.joined(with: y) : .dynamic
    }
    guard condition.numeric != nil else { throw wrong(arguments, 0, .mask, condition) }
    return try elementwise(arguments, [0, 1, 2])
  }

  private func reduced(
    _ arguments: ExpressionArguments, _ type: ExpressionType, axes expression: Expression?,
    whole: ExpressionType
  ) throws(ExpressionError) -> ExpressionType {
    guard expression != nil else {
      if case .aligned(_, let axis) = type {
        throw ExpressionError(.unaligned(axis: axis), at: arguments[0].range)
      }
      return whole
    }
    if case .aligned(_, let axis) = type {
      throw ExpressionError(.unaligned(axis: axis), at: arguments[0].range)
    }
    let shape = type.tensorShape ?? .unknown
    let index = arguments.function.parameters.count - 1
    guard let axes = try axes(arguments, index, rank: shape.rank), let dimensions = shape.dimensions else {
      return .tensor(.unknown)
    }
    let left = dimensions.indices.filter { !axes.contains($0) }.map { dimensions[$0] }
    return left.isEmpty ? whole : .tensor(SymbolicShape(left))
  }

  private func reshapeType(_ arguments: ExpressionArguments) throws(ExpressionError) -> ExpressionType {
    let source = try plain(arguments, 0).tensorShape ?? .unknown
    var target = try shape(arguments, 1)
    if let dimensions = target.dimensions {
      let free = dimensions.indices.filter { dimensions[$0] == .known(-1) }
      if free.count > 1 {
        throw ExpressionError(.cannotReshape(from: source, to: target), at: arguments[1].range)
      }
      if let index = free.first {
        var resolved = dimensions
        resolved[index] = .known(1)
        let rest = SymbolicShape(resolved).elementCount
        if let count = source.elementCount, let rest {
          guard rest > 0, count % rest == 0 else {
            throw ExpressionError(.cannotReshape(from: source, to: target), at: arguments[1].range)
          }
          resolved[index] = .known(count / rest)
        } else {
          resolved[index] = .unknown
        }
        target = SymbolicShape(resolved)
      } else if let from = source.elementCount, let to = target.elementCount, from != to {
        throw ExpressionError(.cannotReshape(from: source, to: target), at: arguments[1].range)
      }
    }
    return tensorOrNumber(target)
  }

  private func plain(_ arguments: ExpressionArguments, _ index: Int) throws(ExpressionError) -> ExpressionType
  {
    let type = try numeric(arguments, index)
    if case .aligned(_, let axis) = type {
      throw ExpressionError(.unaligned(axis: axis), at: arguments[index].range)
    }
    return type
  }

  private func transposeType(_ arguments: ExpressionArguments) throws(ExpressionError) -> ExpressionType {
    let shape = try plain(arguments, 0).tensorShape ?? .unknown
    let order = try axes(arguments, 1, rank: shape.rank)
    guard let dimensions = shape.dimensions else { return .tensor(.unknown) }
    guard arguments.optional(1) != nil else { return tensorOrNumber(SymbolicShape(dimensions.reversed())) }
    guard let order else { return .tensor(.rank(dimensions.count)) }
    guard order.count == dimensions.count else {
      throw ExpressionError(
        .wrongAxisCount(found: order.count, rank: dimensions.count),
        at: arguments.optional(1)?.range ?? arguments.call)
    }
    return tensorOrNumber(SymbolicShape(order.map { dimensions[$0] }))
  }

  private func sliceType(_ arguments: ExpressionArguments) throws(ExpressionError) -> ExpressionType {
    let shape = try plain(arguments, 0).tensorShape ?? .unknown
    _ = try number(arguments, 1)
    _ = try number(arguments, 2)
    let named = try axes(arguments, 3, rank: shape.rank)
    guard let dimensions = shape.dimensions else { return .tensor(.unknown) }
    guard !dimensions.isEmpty else { throw wrong(arguments, 0, .vector, .number()) }
    guard let axis = arguments.optional(3) == nil ? 0 : named?.first else {
      return .tensor(.rank(dimensions.count))
    }
    return .tensor(
      try sliced(
        dimensions, axis: axis, start: arguments[1].literalInteger,
        end: arguments[2].literalInteger.map { .at($0) } ?? .unknown,
        at: arguments.call))
  }

  private func concatType(_ arguments: ExpressionArguments) throws(ExpressionError) -> ExpressionType {
    guard case .list(let items) = arguments[0].form else {
      switch try type(of: arguments[0]) {
      case .list, .dynamic, .shape: return .tensor(.unknown)
      case let found: throw wrong(arguments, 0, .tensors, found)
      }
    }
    guard let first = items.first else { throw wrong(arguments, 0, .tensors, .list(.dynamic)) }
    var joined: [Dimension]?
    var isKnown = true
    for item in items {
      let found = try type(of: item)
      guard let shape = found.numeric?.tensorShape ?? (found == .dynamic ? .unknown : nil) else {
        throw ExpressionError(
          .wrongArgument(.concat, parameter: "tensors", expected: .tensors, found: found), at: item.range)
      }
      guard let dimensions = shape.dimensions else {
        isKnown = false
        continue
      }
      let axis = try axes(arguments, 1, rank: dimensions.count)
      guard let before = joined else {
        joined = dimensions
        continue
      }
      guard before.count == dimensions.count else {
        throw ExpressionError(.concatRanks(before.count, dimensions.count), at: item.range)
      }
      guard let axis = arguments.optional(1) == nil ? 0 : axis?.first, before.indices.contains(axis) else {
        joined = [Dimension](repeating: .unknown, count: before.count)
        continue
      }
      for index in before.indices where index != axis && !before[index].canEqual(dimensions[index]) {
        throw ExpressionError(
          .concatConflict(SymbolicShape(before), SymbolicShape(dimensions), axis: axis), at: item.range)
      }
      joined?[axis] =
        if case .known(let a) = before[axis], case .known(let b) = dimensions[axis] {
          .known(a.addingReportingOverflow(b).partialValue)
        } else { .unknown }
    }
    if joined?.isEmpty == true { throw ExpressionError(.cannotIndex(.number()), at: first.range) }
    return .tensor(isKnown ? SymbolicShape(joined) : joined.map { .rank($0.count) } ?? .unknown)
  }

  private func padType(_ arguments: ExpressionArguments) throws(ExpressionError) -> ExpressionType {
    let source = try plain(arguments, 0)
    if case .number = source { throw wrong(arguments, 0, .vector, source) }
    for index in 1...2 {
      let found = try plain(arguments, index)
      guard found.tensorShape?.rank ?? 1 <= 1 else { throw wrong(arguments, index, .axes, found) }
    }
    return .tensor(source.tensorShape?.rank.map(SymbolicShape.rank) ?? .unknown)
  }

  private func alignedType(_ arguments: ExpressionArguments) throws(ExpressionError) -> ExpressionType {
    let type = try plain(arguments, 0)
    let axis = arguments.function == .rows ? 0 : 1
    guard let shape = type.tensorShape else { return type }
    guard let dimensions = shape.dimensions else { return .aligned(.unknown, axis: axis) }
    guard dimensions.count == 1 else {
      throw ExpressionError(
        .wrongRank(arguments.function, expected: 1, found: dimensions.count), at: arguments[0].range)
    }
    return .aligned(dimensions[0], axis: axis)
  }

  private func matmulType(_ arguments: ExpressionArguments) throws(ExpressionError) -> ExpressionType {
    var shapes: [SymbolicShape] = []
    for index in 0...1 {
      let found = try plain(arguments, index)
      if case .number = found { throw wrong(arguments, index, .vector, found) }
      shapes.append(found.tensorShape ?? .unknown)
    }
    guard let a = shapes[0].dimensions, let b = shapes[1].dimensions else { return .tensor(.unknown) }
    guard let counts = MatrixAxes(a.count, b.count) else {
      throw ExpressionError(.matrixRanks(a.count, b.count), at: arguments.call)
    }
    let stacked = 0..<counts.stacked
    guard a[a.count - 1].canEqual(b[counts.stacked]), stacked.allSatisfy({ a[$0].canEqual(b[$0]) }) else {
      throw ExpressionError(.shapeConflict(shapes[0], shapes[1]), at: arguments.call)
    }
    return tensorOrNumber(SymbolicShape(Array(a.dropLast() + b.dropFirst(counts.stacked + 1))))
  }

  private func attributeType(_ arguments: ExpressionArguments) throws(ExpressionError) -> ExpressionType {
    let capture = try layer(arguments, 0)
    let path = try type(of: arguments[1])
    guard ExpressionType.string.accepts(path) else { throw wrong(arguments, 1, .string, path) }
    let fallback: ExpressionType? =
      if arguments.function == .attr, let expression = arguments.optional(2) { try type(of: expression) } else
      { nil }
    guard case .string(let text) = arguments[1].form else { return .dynamic }
    let steps = try Expression.path(text, at: arguments[1].range)
    guard let capture else { return .dynamic }
    switch scope.attribute(steps, of: capture) {
    case .type(let type): return fallback.map { type.joined(with: $0) } ?? type
    case .dynamic: return .dynamic
    case .missing(let candidates):
      let error = ExpressionError(.noField(text, candidates: candidates), at: arguments[1].range)
      // Who asks for a field with a default, or whether it is there, reckons with forks that have none.
      guard arguments.function == .has || fallback != nil else { throw error }
      scope.note(error)
      return .dynamic
    case .foreign(let candidates):
      scope.note(ExpressionError(.foreignField(steps[0], candidates: candidates), at: arguments[1].range))
      return .dynamic
    }
  }
}

extension ExpressionType {
  /// The shape, if the type is a tensor; that of a number has no axes.
  var tensorShape: SymbolicShape? {
    switch self {
    case .tensor(let shape): shape
    case .dynamic: .unknown
    default: nil
    }
  }

  fileprivate var asTensor: ExpressionType {
    if case .dynamic = self { .tensor(.unknown) } else { self }
  }
}
