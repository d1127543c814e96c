import Threads

/// How operands of several shapes are walked together: neighbouring axes that all operands walk alike are one, so that
/// most calls have few, long rows.
struct BroadcastPlan {
  /// The shape of the result.
  let shape: [Int]
  /// The axes that are walked, the last one fastest; at least one.
  private let sizes: [Int]
  /// For each operand the distance of two elements along each of these axes; 0 where it is repeated.
  private let strides: [[Int]]
  /// How many numbers one thread takes at a time.
  static let chunk = 1 << 15

  /// The plan for operands that are broadcast as in NumPy.
  ///
  /// - Throws: `OperatorError` for shapes that do not fit, or a result beyond the limits.
  init(_ shapes: [[Int]]) throws(OperatorError) {
    let rank = shapes.map(\.count).max() ?? 0
    let padded = shapes.map { Array(repeating: 1, count: rank - $0.count) + $0 }
    var result = [Int](repeating: 1, count: rank)
    for axis in 0..<rank {
      for shape in padded where shape[axis] != 1 {
        guard result[axis] == 1 || result[axis] == shape[axis] else {
          throw OperatorError(.broadcast(shapes))
        }
        result[axis] = shape[axis]
      }
    }
    try OperatorLimits.check(result)
    let strides = padded.map { shape in
      let dense = shape.denseStrides
      return shape.indices.map { shape[$0] == 1 ? 0 : dense[$0] }
    }
    self.init(shape: result, strides: strides)
  }

  /// The plan for operands with given distances along each axis of a shape within the limits.
  init(shape: [Int], strides: [[Int]]) {
    self.shape = shape
    var sizes: [Int] = []
    var merged = strides.map { _ in [Int]() }
    for axis in shape.indices where shape[axis] != 1 {
      let continues = zip(merged, strides).allSatisfy { before, own in
        before.last.map { $0 == own[axis] * shape[axis] } ?? false
      }
      if continues {
        sizes[sizes.count - 1] *= shape[axis]
        for operand in strides.indices { merged[operand][sizes.count - 1] = strides[operand][axis] }
      } else {
        sizes.append(shape[axis])
        for operand in strides.indices { merged[operand].append(strides[operand][axis]) }
      }
    }
    self.sizes = sizes.isEmpty ? [1] : sizes
    self.strides = sizes.isEmpty ? strides.map { _ in [0] } : merged
  }

  /// How many numbers the result has.
  var count: Int { sizes.reduce(1, *) }

  /// The distance of two elements of an operand along a row.
  func step(_ operand: Int) -> Int { strides[operand][sizes.count - 1] }

  /// Calls `body` for each row, or part of a long row, on all cores when it is worth it: the place in the result, the
  /// places in up to three operands, and how many numbers.
  ///
  /// - Parameter cost: the number of elementary operations for one number.
  func forEachRun(
    cost: Int, _ body: (_ target: Int, _ a: Int, _ b: Int, _ c: Int, _ count: Int) -> Void
  ) {
    let total = count
    guard total > 0 else { return }
    let row = sizes[sizes.count - 1]
    let rows = total / row
    let parts = (row + Self.chunk - 1) / Self.chunk
    let batch = max(1, Self.chunk / row)
    let pieces = parts > 1 ? rows * parts : (rows + batch - 1) / batch
    Parallel.forEach(pieces, work: total.multipliedReportingOverflow(by: cost).partialValue) { piece in
      let first = parts > 1 ? piece / parts : piece * batch
      let last = parts > 1 ? first + 1 : min(rows, first + batch)
      let start = parts > 1 ? piece % parts * Self.chunk : 0
      let length = min(row - start, parts > 1 ? Self.chunk : row)
      var walk = RowWalk(sizes.dropLast(), strides, from: first)
      for place in first..<last {
        body(
          place * row + start, walk.offsets[0] + start * step(0),
          strides.count > 1 ? walk.offsets[1] + start * step(1) : 0,
          strides.count > 2 ? walk.offsets[2] + start * step(2) : 0, length)
        walk.advance()
      }
    }
  }

  /// The rows in their order, and where each begins in the operands.
  private struct RowWalk {
    private let sizes: [Int]
    private let strides: [[Int]]
    private var position: [Int]
    private(set) var offsets: [Int]

    init(_ sizes: ArraySlice<Int>, _ strides: [[Int]], from row: Int) {
      self.sizes = Array(sizes)
      self.strides = strides
      position = Array(repeating: 0, count: sizes.count)
      var rest = row
      for axis in sizes.indices.reversed() {
        position[axis] = rest % sizes[axis]
        rest /= sizes[axis]
      }
      let place = position
      offsets = strides.map { strides in place.indices.reduce(0) { $0 + place[$1] * strides[$1] } }
    }

    mutating func advance() {
      var axis = sizes.count - 1
      while axis >= 0 {
        position[axis] += 1
        for operand in offsets.indices { offsets[operand] += strides[operand][axis] }
        if position[axis] < sizes[axis] { return }
        for operand in offsets.indices { offsets[operand] -= strides[operand][axis] * sizes[axis] }
        position[axis] = 0
        axis -= 1
      }
    }
  }
}

extension [Int] {
  /// The distance of two neighbours along each axis of a shape within the limits, in row-major order.
  var denseStrides: [Int] {
    var strides = self
    var stride = 1
    for axis in indices.reversed() {
      strides[axis] = stride
      stride *= self[axis]
    }
    return strides
  }
}
