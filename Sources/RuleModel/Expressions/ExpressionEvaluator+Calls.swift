import Diagnostics
import Tensors

extension ExpressionEvaluator {
  /// The value of a call.
  mutating func call(_ arguments: ExpressionArguments) throws(ExpressionError) -> ExpressionValue {
    let function = arguments.function
    switch function {
    case .sqrt, .rsqrt, .abs, .exp, .log, .floor, .isfinite:
      let value = try evaluate(arguments[0])
      guard let operation = ElementOperation(function),
        let result = try mapped(value, at: arguments.call, operation)
      else { throw wrong(arguments, 0, .numeric, value) }
      if function == .isfinite, case .number(let truth) = result { return .boolean(truth != 0) }
      return result
    case .pow: return try pairwise(.power, arguments, 0, 1)
    case .clip:
      let lower = try pairwise(.maximum, arguments, 0, 1)
      return try pairwise(.minimum, arguments, lower, 2)
    case .where: return try choose(arguments)
    case .min, .max:
      let least = function == .min
      if arguments.optional(1) != nil { return try pairwise(least ? .minimum : .maximum, arguments, 0, 1) }
      return try reduce(arguments, axes: arguments.optional(2))
    case .sum, .mean: return try reduce(arguments, axes: arguments.optional(1))
    case .all, .any: return try reduceMask(arguments)
    case .reshape:
      let source = try plain(arguments, 0)
      return try made(source.reshaped(reshapeTarget(arguments, source)), at: arguments.call)
    case .transpose:
      let source = try plain(arguments, 0)
      let rank = source.shape.count
      let order = try axes(arguments, 1, rank: rank)
      guard order?.count ?? rank == rank else {
        throw ExpressionError(
          .wrongAxisCount(found: order?.count ?? 0, rank: rank),
          at: arguments.optional(1)?.range ?? arguments.call)
      }
      try admit(source.shape, at: arguments.call)
      return try picked(from: source, at: arguments.call) {
        $0.transposed(order ?? source.shape.indices.reversed())
      }
    case .slice: return try slice(arguments)
    case .concat: return try concat(arguments)
    case .flip:
      let source = try plain(arguments, 0)
      guard !source.shape.isEmpty else { throw wrong(arguments, 0, .vector, .number(0)) }
      let axes = try axes(arguments, 1, rank: source.shape.count) ?? [0]
      try admit(source.shape, at: arguments.call)
      return try picked(from: source, at: arguments.call) { $0.flipped(axes) }
    case .pad: return try pad(arguments)
    case .rows, .columns:
      let source = try heldPlain(arguments, 0)
      if source.shape.isEmpty { return ExpressionValue(source) }
      guard source.shape.count == 1 else {
        let kind = ExpressionError.Kind.wrongRank(function, expected: 1, found: source.shape.count)
        throw ExpressionError(kind, at: arguments[0].range)
      }
      return .aligned(source, axis: function == .rows ? 0 : 1)
    case .zeros, .ones, .full:
      let shape = try shape(arguments, 0)
      let fill: Double = function == .full ? try number(arguments, 1) : function == .ones ? 1 : 0
      try admit(shape, at: arguments.call)
      return try made(LazyTensor(shape: shape, repeating: fill), at: arguments.call)
    case .eye:
      let size = try integer(arguments[0])
      guard size >= 0 else { throw ExpressionError(.badDimension(Double(size)), at: arguments[0].range) }
      try spend([size, size], at: arguments.call)
      return ExpressionValue(Tensor.identity(size))
    case .matmul: return try matmul(arguments)
    case .len, .shape, .count: return try size(arguments)
    case .attr, .has: return try attribute(arguments)
    case .affine:
      let layer = try layer(arguments, 0)
      do {
        let (scale, shift) = try environment.affine(of: layer)
        return .record(["scale": .tensor(scale), "shift": .tensor(shift)])
      } catch { throw ExpressionError(.environment(error.sentence), at: arguments.call) }
    case .window:
      let layer = try layer(arguments, 0)
      do {
        return .record(try environment.window(of: layer).parts)
      } catch { throw ExpressionError(.environment(error.sentence), at: arguments.call) }
    case .present:
      guard case .name(let capture) = arguments[0].form else {
        throw wrong(arguments, 0, .capture, try evaluate(arguments[0]))
      }
      do {
        return .boolean(try environment.isPresent(capture))
      } catch { throw ExpressionError(.environment(error.sentence), at: arguments.call) }
    case .place:
      let place = try place(arguments, 0)
      return .record([
        "index": .number(Double(place.index)), "offset": .number(Double(place.offset)),
        "count": .number(Double(place.count)),
      ])
    case .part: return try part(arguments)
    }
  }

  private mutating func place(
    _ arguments: ExpressionArguments, _ index: Int
  ) throws(ExpressionError) -> ElementPlace {
    let layer = try layer(arguments, index)
    do { return try environment.place(of: layer) } catch {
      throw ExpressionError(.environment(error.sentence), at: arguments.call)
    }
  }

  /// The numbers of a vector over all channels that belong to one element; a single number serves every element.
  private mutating func part(_ arguments: ExpressionArguments) throws(ExpressionError) -> ExpressionValue {
    let vector = try heldPlain(arguments, 0)
    guard vector.shape.count <= 1 else {
      throw ExpressionError(
        .wrongRank(.part, expected: 1, found: vector.shape.count), at: arguments[0].range)
    }
    if vector.values.count == 1 { return ExpressionValue(vector) }
    let place = try place(arguments, 1)
    guard place.total == vector.values.count else {
      throw ExpressionError(
        .partCount(found: vector.values.count, expected: place.total), at: arguments[0].range)
    }
    try spend([place.count], at: arguments.call)
    return .tensor(Tensor(Array(vector.values[place.offset..<place.offset + place.count])))
  }

  private mutating func pairwise(
    _ operation: PairOperation, _ arguments: ExpressionArguments, _ first: Int, _ second: Int
  ) throws(ExpressionError) -> ExpressionValue {
    let value = try evaluate(arguments[first])
    guard value.isNumeric else { throw wrong(arguments, first, .numeric, value) }
    return try pairwise(operation, arguments, value, second)
  }

  private mutating func pairwise(
    _ operation: PairOperation, _ arguments: ExpressionArguments, _ first: ExpressionValue, _ second: Int
  ) throws(ExpressionError) -> ExpressionValue {
    let value = try evaluate(arguments[second])
    guard let result = try joined(operation, first, value, at: arguments[second].range) else {
      throw wrong(arguments, second, .numeric, value)
    }
    return result
  }

  private mutating func choose(_ arguments: ExpressionArguments) throws(ExpressionError) -> ExpressionValue {
    let condition = try evaluate(arguments[0])
    if case .boolean(let isTrue) = condition { return try evaluate(arguments[isTrue ? 1 : 2]) }
    guard condition.isNumeric else { throw wrong(arguments, 0, .mask, condition) }
    let values = [condition, try evaluate(arguments[1]), try evaluate(arguments[2])]
    for index in 1...2 where !values[index].isNumeric {
      throw wrong(arguments, index, .numeric, values[index])
    }
    guard let operands = try aligned(values, at: arguments.call) else {
      throw wrong(arguments, 0, .mask, condition)
    }
    var shape = operands.tensors[0].shape
    for (index, tensor) in operands.tensors.enumerated() {
      guard let joined = Tensor.broadcastShape(shape, tensor.shape) else {
        throw ExpressionError(
          .shapeConflict(SymbolicShape(shape), SymbolicShape(tensor.shape)), at: arguments[index].range)
      }
      shape = joined
    }
    return try result(operands.tensors, shape, axis: operands.axis, at: arguments.call) {
      LazyTensor.chosen($0[0], $0[1], $0[2], shape: shape)
    }
  }

  private mutating func reduce(
    _ arguments: ExpressionArguments, axes expression: Expression?
  ) throws(ExpressionError) -> ExpressionValue {
    let source = try plain(arguments, 0)
    let rank = source.shape.count
    let axes = try axes(arguments, arguments.function.parameters.count - 1, rank: rank) ?? Array(0..<rank)
    let count = axes.reduce(1) { $0 * source.shape[$1] }
    try spend(source.shape.indices.filter { !axes.contains($0) }.map { source.shape[$0] }, at: arguments.call)
    let (function, range) = (arguments.function, arguments.call)
    try spendOperations(source, at: range)
    func joined(_ reduction: Reduction) throws(ExpressionError) -> Tensor {
      try computed(at: range) { try source.reduced(axes, reduction) }
    }
    switch function {
    case .min where count > 0: return ExpressionValue(try joined(.minimum))
    case .max where count > 0: return ExpressionValue(try joined(.maximum))
    case .sum: return ExpressionValue(try joined(.sum))
    case .mean where count > 0:
      let sum = try joined(.sum)
      return ExpressionValue(Tensor(shape: sum.shape, values: sum.values.map { $0 / Double(count) }))
    default: throw ExpressionError(.nothingToReduce(function), at: range)
    }
  }

  private mutating func reduceMask(_ arguments: ExpressionArguments) throws(ExpressionError)
    -> ExpressionValue
  {
    let value = try evaluate(arguments[0])
    if case .boolean = value, arguments.optional(1) == nil { return value }
    if case .aligned(_, let axis) = value {
      throw ExpressionError(.unaligned(axis: axis), at: arguments[0].range)
    }
    guard let source = value.lazyTensor else { throw wrong(arguments, 0, .mask, value) }
    let axes = try axes(arguments, 1, rank: source.shape.count) ?? Array(source.shape.indices)
    try spend(source.shape.indices.filter { !axes.contains($0) }.map { source.shape[$0] }, at: arguments.call)
    try spendOperations(source, at: arguments.call)
    let asksForAll = arguments.function == .all
    let result = try computed(at: arguments.call) {
      try source.reduced(axes, asksForAll ? .all : .any)
    }
    return result.shape.isEmpty ? .boolean(result.values[0] != 0) : .tensor(result)
  }

  private mutating func reshapeTarget(
    _ arguments: ExpressionArguments, _ source: LazyTensor
  ) throws(ExpressionError) -> [Int] {
    let range = arguments[1].range
    var target = try integers(arguments[1], arguments, 1, want: .shape)
    let refusal = ExpressionError(
      .cannotReshape(from: SymbolicShape(source.shape), to: SymbolicShape(target)), at: range)
    for size in target where size < -1 { throw ExpressionError(.badDimension(Double(size)), at: range) }
    let free = target.indices.filter { target[$0] == -1 }
    guard free.count <= 1 else { throw refusal }
    if let index = free.first {
      target[index] = 1
      guard let rest = Tensor.elementCount(of: target), rest > 0, source.count % rest == 0 else {
        throw refusal
      }
      target[index] = source.count / rest
    }
    guard Tensor.elementCount(of: target) == source.count else { throw refusal }
    return target
  }

  private mutating func slice(_ arguments: ExpressionArguments) throws(ExpressionError) -> ExpressionValue {
    let source = try plain(arguments, 0)
    guard !source.shape.isEmpty else { throw wrong(arguments, 0, .vector, .number(0)) }
    let (start, end) = (try integer(arguments[1]), try integer(arguments[2]))
    let axes = try axes(arguments, 3, rank: source.shape.count) ?? [0]
    guard axes.count == 1 else {
      throw ExpressionError(
        .wrongAxisCount(found: axes.count, rank: 1), at: arguments.optional(3)?.range ?? arguments.call)
    }
    let count = source.shape[axes[0]]
    guard let range = Range<Int>.slice(from: start, to: end, count: count) else {
      throw ExpressionError(.sliceOutOfRange(from: start, to: end, count: count), at: arguments.call)
    }
    var shape = source.shape
    shape[axes[0]] = range.count
    try admit(shape, at: arguments.call)
    return try picked(from: source, at: arguments.call) { $0.sliced(range, axis: axes[0]) }
  }

  private mutating func concat(_ arguments: ExpressionArguments) throws(ExpressionError) -> ExpressionValue {
    let value = try evaluate(arguments[0])
    guard case .list(let items) = value, !items.isEmpty else { throw wrong(arguments, 0, .tensors, value) }
    var tensors: [LazyTensor] = []
    for item in items {
      guard let tensor = item.lazyTensor, !tensor.shape.isEmpty else {
        throw wrong(arguments, 0, .tensors, item)
      }
      tensors.append(tensor)
    }
    let rank = tensors[0].shape.count
    let axes = try axes(arguments, 1, rank: rank) ?? [0]
    guard axes.count == 1 else {
      throw ExpressionError(
        .wrongAxisCount(found: axes.count, rank: 1), at: arguments.optional(1)?.range ?? arguments.call)
    }
    var shape = tensors[0].shape
    for tensor in tensors.dropFirst() {
      guard tensor.shape.count == rank else {
        throw ExpressionError(.concatRanks(rank, tensor.shape.count), at: arguments[0].range)
      }
      for axis in 0..<rank where axis != axes[0] && tensor.shape[axis] != shape[axis] {
        throw ExpressionError(
          .concatConflict(SymbolicShape(tensors[0].shape), SymbolicShape(tensor.shape), axis: axes[0]),
          at: arguments[0].range)
      }
      shape[axes[0]] += tensor.shape[axes[0]]
    }
    try admit(shape, at: arguments.call)
    return try made(LazyTensor.concatenated(tensors, axis: axes[0]), at: arguments.call)
  }

  private mutating func pad(_ arguments: ExpressionArguments) throws(ExpressionError) -> ExpressionValue {
    let source = try plain(arguments, 0)
    let rank = source.shape.count
    guard rank > 0 else { throw wrong(arguments, 0, .vector, .number(0)) }
    var margins: [[Int]] = []
    for index in 1...2 {
      let counts = try integers(arguments[index], arguments, index, want: .axes)
      guard counts.count == 1 || counts.count == rank else {
        throw ExpressionError(.wrongAxisCount(found: counts.count, rank: rank), at: arguments[index].range)
      }
      if let negative = counts.first(where: { $0 < 0 }) {
        throw ExpressionError(.badDimension(Double(negative)), at: arguments[index].range)
      }
      margins.append(counts.count == rank ? counts : Array(repeating: counts[0], count: rank))
    }
    var shape: [Int] = []
    for axis in 0..<rank {
      let (sum, first) = source.shape[axis].addingReportingOverflow(margins[0][axis])
      let (size, second) = sum.addingReportingOverflow(margins[1][axis])
      shape.append(first || second ? .max : size)
    }
    try admit(shape, at: arguments.call)
    return try picked(from: source, at: arguments.call) { $0.padded(to: shape, at: margins[0]) }
  }

  private mutating func matmul(_ arguments: ExpressionArguments) throws(ExpressionError) -> ExpressionValue {
    var operands: [LazyTensor] = []
    for index in 0...1 {
      let tensor = try plain(arguments, index)
      if tensor.shape.isEmpty { throw wrong(arguments, index, .vector, .number(0)) }
      operands.append(tensor)
    }
    var (a, b) = (operands[0], operands[1])
    guard let axes = MatrixAxes(a.shape.count, b.shape.count) else {
      throw ExpressionError(.matrixRanks(a.shape.count, b.shape.count), at: arguments.call)
    }
    guard a.shape.last == b.shape[axes.stacked], a.shape.starts(with: b.shape[..<axes.stacked]) else {
      throw ExpressionError(
        .shapeConflict(SymbolicShape(a.shape), SymbolicShape(b.shape)), at: arguments.call)
    }
    try spend(Array(a.shape.dropLast() + b.shape.dropFirst(axes.stacked + 1)), at: arguments.call)
    let columns = b.shape.count == 1 ? 1 : b.shape[b.shape.count - 1]
    let (cost, overflow) = a.count.multipliedReportingOverflow(by: columns)
    guard !overflow, cost <= limits.multiplications else {
      throw ExpressionError(.tooManyMultiplications(limit: limits.multiplications), at: arguments.call)
    }
    try spendOperations(a, at: arguments[0].range)
    try spendOperations(b, at: arguments[1].range)
    // One of them has to be in memory: the smaller.
    if a.tensor == nil, b.tensor == nil {
      let isSmaller = a.count < b.count
      let operand = try held(isSmaller ? a : b, at: arguments[isSmaller ? 0 : 1].range)
      if isSmaller { a = LazyTensor(operand) } else { b = LazyTensor(operand) }
    }
    let (left, right) = (a, b)
    return ExpressionValue(try computed(at: arguments.call) { try LazyTensor.product(left, right) })
  }

  private mutating func size(_ arguments: ExpressionArguments) throws(ExpressionError) -> ExpressionValue {
    let value = try evaluate(arguments[0])
    switch (arguments.function, value) {
    case (.shape, _):
      guard let tensor = value.lazyTensor else { throw wrong(arguments, 0, .numeric, value) }
      return .sizes(tensor.shape)
    case (_, .list(let items)): return .number(Double(items.count))
    case (.len, .string(let text)): return .number(Double(text.characterCount))
    case (.len, .tensor), (.len, .lazy):
      guard let size = value.lazyTensor?.shape.first else { throw wrong(arguments, 0, .sized, value) }
      return .number(Double(size))
    case (.count, _):
      guard let tensor = value.lazyTensor else { throw wrong(arguments, 0, .sized, value) }
      return .number(Double(tensor.count))
    default: throw wrong(arguments, 0, .sized, value)
    }
  }

  private mutating func attribute(_ arguments: ExpressionArguments) throws(ExpressionError) -> ExpressionValue
  {
    let layer = try layer(arguments, 0)
    let text = try evaluate(arguments[1])
    guard case .string(let text) = text else { throw wrong(arguments, 1, .string, text) }
    let path = try Expression.path(text.description, at: arguments[1].range)
    let found: ExpressionValue?
    do {
      if arguments.function == .has { return .boolean(try environment.hasAttribute(path, of: layer)) }
      found = try environment.attribute(path, of: layer)
    } catch { throw ExpressionError(.environment(error.sentence), at: arguments.call) }
    if let found { return found }
    if let fallback = arguments.optional(2) { return try evaluate(fallback) }
    let kind = ExpressionError.Kind.absentAttribute(
      capture: layer.capture, layer: environment.name(of: layer), path: text.description)
    throw ExpressionError(kind, at: arguments.call)
  }
}

extension ExpressionValue {
  /// Whether arithmetic takes it.
  fileprivate var isNumeric: Bool {
    if case .aligned = self { return true }
    return lazyTensor != nil
  }
}
