import Tensors

extension ExpressionFunction {
  /// Functions of matrices and kernels; their results are in memory.
  static let factoring: [ExpressionFunction] = [
    ExpressionFunction(
      "convolve", .factoring, [.required("outer"), .required("inner"), .optional("stride", .integer)],
      "the kernels [O, I, …] of one convolution for two, `outer` [O, M, …] behind `inner` [M, I, …], which moves by `stride`, 1 by default",
      .operands(
        type: { (types) throws(ExpressionError) in
          let (outer, inner) = (try types.tensorShape(of: 0), try types.tensorShape(of: 1))
          var stride = 1
          if types.has(2), case .known(let given) = try types.integer(2) {
            guard given >= 1 else {
              throw ExpressionError(.badStride(given), at: types.call.range(of: 2))
            }
            stride = given
          }
          guard let a = outer.dimensions, let b = inner.dimensions else {
            return .tensor((outer.rank ?? inner.rank).map { .rank($0) } ?? .unknown)
          }
          guard a.count == b.count, a.count >= 2, a[1].canEqual(b[0]) else {
            throw ExpressionError(.shapeConflict(outer, inner), at: types.call.range)
          }
          guard let known = a.sizes, let others = b.sizes else {
            return .tensor(SymbolicShape([a[0], b[1]] + Array(repeating: .unknown, count: a.count - 2)))
          }
          // The products and sums of such numbers do not overflow.
          guard (known + others + [stride]).allSatisfy({ $0 <= sizeLimit }) else {
            throw ExpressionError(.tooManyElements(limit: sizeLimit), at: types.call.range)
          }
          guard let shape = Tensor.convolvedShape(known, others, stride: stride) else {
            throw ExpressionError(.shapeConflict(outer, inner), at: types.call.range)
          }
          return .tensor(SymbolicShape(shape))
        },
        value: { (evaluator, values, type) throws(ExpressionError) in
          let (outer, inner) = (try values.tensor(0), try values.tensor(1))
          try evaluator.spend(type.sizes, at: values.call.range)
          // As many as the numbers of the inner kernels for each of the outer ones that meets them.
          try evaluator.spendMultiplications(
            [outer.count, inner.count / max(inner.shape[0], 1)], at: values.call)
          let stride = values.integers(2)?.first ?? 1
          return .tensor(
            Tensor.convolved(
              try evaluator.held(outer, at: values.call[0].range),
              try evaluator.held(inner, at: values.call[1].range), stride: stride, shape: type.sizes))
        })),
    ExpressionFunction(
      "inverse", .factoring, [.required("a")], "the inverse of a square matrix; a singular one has no value",
      .operands(
        type: { (types) throws(ExpressionError) in
          let shape = try matrix(types)
          guard let dimensions = shape.dimensions, dimensions[0].canEqual(dimensions[1]) else {
            throw ExpressionError(.notSquare(shape), at: types.call[0].range)
          }
          return .tensor(shape)
        },
        value: { (evaluator, values, type) throws(ExpressionError) in
          let count = type.sizes[0]
          try evaluator.spend(type.sizes, at: values.call.range)
          try evaluator.spendMultiplications([2, count, count, count], at: values.call)
          guard let inverse = try evaluator.held(values.tensor(0), at: values.call[0].range).inverse else {
            throw ExpressionError(.singular, at: values.call[0].range)
          }
          return .tensor(inverse)
        })),
    ExpressionFunction(
      "svd", .factoring, [.required("a")],
      "`.u` [m, k], `.s` [k] and `.v` [n, k] of a matrix [m, n], k being the smaller size: a = u · diag(s) · vᵀ, the largest of s first",
      .operands(
        type: { (types) throws(ExpressionError) in
          let shape = try matrix(types)
          guard let sizes = shape.dimensions else { return .svd(.unknown, .unknown, .unknown) }
          var least = Dimension.unknown
          if case .known(let m) = sizes[0], case .known(let n) = sizes[1] { least = .known(min(m, n)) }
          return .svd(sizes[0], sizes[1], least)
        },
        value: { (evaluator, values, _) throws(ExpressionError) in
          let source = try values.tensor(0)
          let (most, least) = (source.shape.max() ?? 0, source.shape.min() ?? 0)
          let (squared, overflow) = (least * least).multipliedReportingOverflow(by: most)
          guard least < 1 << 20, !overflow, squared <= evaluator.limits.factorisation else {
            throw ExpressionError(
              .tooLargeToFactor(limit: evaluator.limits.factorisation), at: values.call.range)
          }
          try evaluator.spendOperations(squared, at: values.call.range)
          try evaluator.spend([most + 2 * least, least], at: values.call.range)
          let (u, s, v) = try evaluator.held(source, at: values.call[0].range).singularValues
          return .record(["u": .tensor(u), "s": .tensor(s), "v": .tensor(v)])
        })),
  ]

  /// The largest size of a kernel, and the largest stride, that 'convolve' takes.
  private static let sizeLimit = 1 << 30

  /// The shape of the first operand, a matrix.
  private static func matrix(_ types: OperandTypes) throws(ExpressionError) -> SymbolicShape {
    let shape = try types.tensorShape(of: 0)
    guard let rank = shape.rank else { return .rank(2) }
    guard rank == 2 else {
      throw ExpressionError(
        .wrongRank(types.call.function, expected: 2, found: rank), at: types.call[0].range)
    }
    return shape
  }
}

extension ExpressionType {
  fileprivate static func svd(_ rows: Dimension, _ columns: Dimension, _ least: Dimension) -> ExpressionType {
    .record([
      "u": .tensor(SymbolicShape([rows, least])), "s": .tensor(SymbolicShape([least])),
      "v": .tensor(SymbolicShape([columns, least])),
    ])
  }
}

extension [Dimension] {
  /// The sizes, where all are known.
  fileprivate var sizes: [Int]? {
    var sizes: [Int] = []
    for case .known(let size) in self { sizes.append(size) }
    return sizes.count == count ? sizes : nil
  }
}

extension ExpressionEvaluator {
  /// Takes note of as many multiplications as the product of some numbers.
  fileprivate func spendMultiplications(_ factors: [Int], at call: ExpressionCall) throws(ExpressionError) {
    guard let count = Tensor.elementCount(of: factors), count <= limits.multiplications else {
      throw ExpressionError(
        .tooManyMultiplications(limit: limits.multiplications, function: call.function), at: call.range)
    }
    try spendOperations(count, at: call.range)
  }
}
