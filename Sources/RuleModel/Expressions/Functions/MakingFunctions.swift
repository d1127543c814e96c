import Tensors

extension ExpressionFunction {
  /// Functions that make tensors from sizes, and products of matrices.
  static let making: [ExpressionFunction] = [
    filled("zeros", "a tensor of zeros") { 0 },
    filled("ones", "a tensor of ones") { 1 },
    ExpressionFunction(
      "full", .making, [.required("shape", .shape), .required("value")], "a tensor of one number",
      .operands(
        type: { (types) throws(ExpressionError) in
          guard ExpressionType.number().accepts(types[1]) else {
            throw types.call.refusal(1, .number, types[1])
          }
          return .numbers(try types.sizes(0))
        },
        value: { (evaluator, values, type) throws(ExpressionError) in
          try evaluator.filled(type.sizes, with: values.number(1), at: values.call.range)
        })),
    ExpressionFunction(
      "eye", .making, [.required("n", .integer)],
      "the matrix of n rows with ones where row and column are the same",
      .operands(
        type: { (types) throws(ExpressionError) in
          let size = try types.integer(0)
          if case .known(let count) = size, count < 0 {
            throw ExpressionError(.badDimension(Double(count)), at: types.call[0].range)
          }
          return .tensor(SymbolicShape([size, size]))
        },
        value: { (evaluator, values, type) throws(ExpressionError) in
          try evaluator.spend(type.sizes, at: values.call.range)
          return ExpressionValue(Tensor.identity(type.sizes[0]))
        })),
    ExpressionFunction(
      "arange", .making, [.required("n", .integer)], "the numbers 0, 1, … n − 1",
      .operands(
        type: { (types) throws(ExpressionError) in
          let size = try types.integer(0)
          if case .known(let count) = size, count < 0 {
            throw ExpressionError(.badDimension(Double(count)), at: types.call[0].range)
          }
          return .tensor(SymbolicShape([size]))
        },
        value: { (evaluator, values, type) throws(ExpressionError) in
          try evaluator.spend(type.sizes, at: values.call.range)
          return .tensor(Tensor((0..<type.sizes[0]).map(Double.init)))
        })),
    ExpressionFunction(
      "matmul", .making, [.required("a"), .required("b")],
      "the matrix product; stacks of matrices, with as many axes, are multiplied one by one, as grouped convolutions need it",
      .operands(
        type: { (types) throws(ExpressionError) in
          let shapes = [try types.tensorShape(of: 0), try types.tensorShape(of: 1)]
          guard let a = shapes[0].dimensions, let b = shapes[1].dimensions else { return .tensor(.unknown) }
          guard let axes = MatrixAxes(a.count, b.count) else {
            throw ExpressionError(.matrixRanks(a.count, b.count), at: types.call.range)
          }
          let stacked = 0..<axes.stacked
          guard a[a.count - 1].canEqual(b[axes.stacked]), stacked.allSatisfy({ a[$0].canEqual(b[$0]) }) else {
            throw ExpressionError(.shapeConflict(shapes[0], shapes[1]), at: types.call.range)
          }
          return .numbers(SymbolicShape(Array(a.dropLast() + b.dropFirst(axes.stacked + 1))))
        },
        value: { (evaluator, values, type) throws(ExpressionError) in
          try evaluator.product(values.tensor(0), values.tensor(1), type.sizes, values.call)
        })),
  ]

  private static func filled(
    _ name: String, _ summary: String, _ value: @escaping @Sendable () -> Double
  ) -> ExpressionFunction {
    ExpressionFunction(
      name, .making, [.required("shape", .shape)], summary,
      .operands(
        type: { (types) throws(ExpressionError) in .numbers(try types.sizes(0)) },
        value: { (evaluator, values, type) throws(ExpressionError) in
          try evaluator.filled(type.sizes, with: value(), at: values.call.range)
        }))
  }

  /// Functions that say how much there is.
  static let measuring: [ExpressionFunction] = [
    ExpressionFunction(
      "len", .measuring, [.required("x")],
      "the size of axis 0, the items of a list, the characters of a text",
      .operands(
        type: { (types) throws(ExpressionError) in
          switch types[0] {
          case .shape(let shape): return .number(shape.dimensions.map { .known($0.count) } ?? .unknown)
          case .tensor(let shape):
            guard let dimensions = shape.dimensions else { return .number() }
            guard let first = dimensions.first else { throw types.call.refusal(0, .sized, types[0]) }
            return .number(first)
          case .list, .string, .word, .dynamic: return .number()
          case let found: throw types.call.refusal(0, .sized, found)
          }
        },
        value: { (_, values, type) throws(ExpressionError) in
          switch values[0] {
          case .list(let items): .number(Double(items.count))
          case .string(let text): .number(Double(text.characterCount))
          default: .number(Double(try values.tensor(0).shape.first ?? 0))
          }
        })),
    ExpressionFunction(
      "shape", .measuring, [.required("x")], "the sizes of all axes",
      .operands(
        type: { (types) throws(ExpressionError) in .shape(try types.shape(of: 0)) },
        value: { (_, values, _) throws(ExpressionError) in .sizes(try values.tensor(0).shape) })),
    ExpressionFunction(
      "count", .measuring, [.required("x")], "how many numbers a tensor has, or items a list",
      .operands(
        type: { (types) throws(ExpressionError) in
          switch types[0] {
          case .list, .shape, .tensor, .dynamic, .number: return .number()
          case let found: throw types.call.refusal(0, .sized, found)
          }
        },
        value: { (_, values, _) throws(ExpressionError) in
          if case .list(let items) = values[0] { return .number(Double(items.count)) }
          return .number(Double(try values.tensor(0).count))
        })),
  ]
}

extension ExpressionEvaluator {
  fileprivate mutating func filled(
    _ shape: [Int], with value: Double, at range: Range<Int>
  ) throws(ExpressionError) -> ExpressionValue {
    try admit(shape, at: range)
    return try made(LazyTensor(shape: shape, repeating: value), at: range)
  }

  fileprivate mutating func product(
    _ first: LazyTensor, _ second: LazyTensor, _ shape: [Int], _ call: ExpressionCall
  ) throws(ExpressionError) -> ExpressionValue {
    var (a, b) = (first, second)
    try spend(shape, at: call.range)
    let columns = b.shape.count == 1 ? 1 : b.shape[b.shape.count - 1]
    let (cost, overflow) = a.count.multipliedReportingOverflow(by: columns)
    guard !overflow, cost <= limits.multiplications else {
      throw ExpressionError(
        .tooManyMultiplications(limit: limits.multiplications, function: call.function), at: call.range)
    }
    try spendOperations(a, at: call[0].range)
    try spendOperations(b, at: call[1].range)
    // One of them has to be in memory: the smaller.
    if a.tensor == nil, b.tensor == nil {
      let isSmaller = a.count < b.count
      let operand = try held(isSmaller ? a : b, at: call[isSmaller ? 0 : 1].range)
      if isSmaller { a = LazyTensor(operand) } else { b = LazyTensor(operand) }
    }
    let (left, right) = (a, b)
    return ExpressionValue(try computed(at: call.range) { () throws in try LazyTensor.product(left, right) })
  }
}
