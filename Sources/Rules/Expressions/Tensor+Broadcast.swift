extension Tensor {
  /// The shape two shapes have together: last axes aligned, an axis of size 1 stretched; nil where they cannot be.
  static func broadcastShape(_ a: [Int], _ b: [Int]) -> [Int]? {
    var result = [Int](repeating: 1, count: max(a.count, b.count))
    for index in result.indices {
      let first = index < a.count ? a[a.count - 1 - index] : 1
      let second = index < b.count ? b[b.count - 1 - index] : 1
      guard first == second || first == 1 || second == 1 else { return nil }
      result[result.count - 1 - index] = first == 1 ? second : first
    }
    return result
  }

  /// The steps through `values` that make this tensor look like `shape`, 0 along stretched axes.
  private func stretchedStrides(to shape: [Int]) -> [Int] {
    let missing = shape.count - self.shape.count
    let own = strides
    return shape.indices.map { $0 < missing || self.shape[$0 - missing] == 1 ? 0 : own[$0 - missing] }
  }

  /// This tensor as `shape`, which broadcasting reaches from its own.
  func stretched(to shape: [Int]) -> Tensor {
    self.shape == shape ? self : gathered(shape: shape, strides: stretchedStrides(to: shape))
  }

  /// `operation` on pairs of numbers, in `shape`, which broadcasting reaches from both.
  ///
  /// Neighbouring axes that both operands walk in one stride are merged, so that a weight blob times one number per row
  /// is one loop per row.
  @inline(__always)
  static func combine(
    _ a: Tensor, _ b: Tensor, shape: [Int], _ operation: (Double, Double) -> Double
  ) -> Tensor {
    let count = elementCount(of: shape) ?? 0
    guard count > 0 else { return Tensor(shape: shape, values: []) }
    let walk = PairWalk(
      shape: shape, first: a.stretchedStrides(to: shape), second: b.stretchedStrides(to: shape))
    let length = walk.length
    let values = [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      a.values.withUnsafeBufferPointer { x in
        b.values.withUnsafeBufferPointer { y in
          var walk = walk
          var written = 0
          while written < count {
            let (p, q) = (walk.firstOffset, walk.secondOffset)
            switch (walk.firstStep, walk.secondStep) {
            case (1, 1): for i in 0..<length { buffer[written + i] = operation(x[p + i], y[q + i]) }
            case (1, 0):
              let right = y[q]
              for i in 0..<length { buffer[written + i] = operation(x[p + i], right) }
            case (0, 1):
              let left = x[p]
              for i in 0..<length { buffer[written + i] = operation(left, y[q + i]) }
            case (let s, let t):
              for i in 0..<length { buffer[written + i] = operation(x[p + i * s], y[q + i * t]) }
            }
            written += length
            walk.advance()
          }
        }
      }
      initialized = count
    }
    return Tensor(shape: shape, values: values)
  }

  /// Where the mask is not zero the first, elsewhere the second; all three have one shape.
  static func select(_ mask: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor {
    let values = mask.values.indices.map { mask.values[$0] != 0 ? x.values[$0] : y.values[$0] }
    return Tensor(shape: mask.shape, values: values)
  }
}

/// Two operands walked together, innermost axis as one run.
private struct PairWalk {
  private var shape: [Int] = []
  private var first: [Int] = []
  private var second: [Int] = []
  private var index: [Int] = []
  /// The length of one run and the steps in it.
  let length: Int
  let firstStep: Int
  let secondStep: Int
  private(set) var firstOffset = 0
  private(set) var secondOffset = 0

  init(shape: [Int], first: [Int], second: [Int]) {
    for axis in shape.indices where shape[axis] != 1 {
      if let last = self.shape.indices.last, self.first[last] == first[axis] * shape[axis],
        self.second[last] == second[axis] * shape[axis]
      {
        self.shape[last] *= shape[axis]
        self.first[last] = first[axis]
        self.second[last] = second[axis]
      } else {
        self.shape.append(shape[axis])
        self.first.append(first[axis])
        self.second.append(second[axis])
      }
    }
    length = self.shape.popLast() ?? 1
    firstStep = self.first.popLast() ?? 0
    secondStep = self.second.popLast() ?? 0
    index = [Int](repeating: 0, count: self.shape.count)
  }

  /// Goes to the next run.
  mutating func advance() {
    var axis = index.count - 1
    while axis >= 0 {
      index[axis] += 1
      firstOffset += first[axis]
      secondOffset += second[axis]
      if index[axis] < shape[axis] { return }
      firstOffset -= first[axis] * shape[axis]
      secondOffset -= second[axis] * shape[axis]
      index[axis] = 0
      axis -= 1
    }
  }
}
