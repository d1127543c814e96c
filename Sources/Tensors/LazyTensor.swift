/// A tensor whose numbers are computed when they are read, block by block: however large it is, little of it is in memory.
///
/// What it is made of are nodes: numbers in memory or elsewhere, and operations on other nodes. All operations of the rule
/// language that keep, pick or place numbers make such nodes; those that join many numbers into one, sums and products of
/// matrices, have results in memory (``LazyTensor/reduced(_:_:)``, ``LazyTensor/product(_:_:)``).
package struct LazyTensor: Sendable {
  /// The sizes of the axes, outermost first; none for a single number.
  package let shape: [Int]
  let node: TensorNode

  init(shape: [Int], _ node: TensorNode) {
    self.shape = shape
    self.node = node
  }

  /// A tensor in memory.
  package init(_ tensor: Tensor) {
    self.init(shape: tensor.shape, TensorNode(.held(tensor.values)))
  }

  /// The numbers of `source`, as many as the product of `shape`.
  package init(shape: [Int], _ source: any NumberSource) {
    self.init(shape: shape, TensorNode(.source(source)))
  }

  /// The same number everywhere.
  package init(shape: [Int], repeating value: Double) {
    self.init(shape: shape, TensorNode(.repeated(value)))
  }

  /// The number of elements.
  package var count: Int { Tensor.elementCount(of: shape) ?? 0 }

  /// The numbers, where they are in memory already.
  package var tensor: Tensor? {
    if case .held(let values) = node.form { return Tensor(shape: shape, values: values) }
    return nil
  }

  /// What the tensor reads in order and unchanged, where it does nothing else.
  package var source: (any NumberSource)? {
    if case .source(let source) = node.form { return source }
    return nil
  }

  // MARK: Reading

  /// How many numbers are computed at a time. A few operands of a block fit the second-level cache.
  package static let block = 8192
  /// How many are computed at a time of a tensor whose rows are columns of what it is made of: a MiB of them.
  static let sheet = 1 << 17

  /// How many numbers are best read at a time.
  package var block: Int { node.block }
  /// How many operations it takes to compute a number.
  package var cost: Int { node.cost }

  /// Computes a range of the numbers into the begin of `output`.
  ///
  /// - Throws: what sources throw.
  package func read(_ elements: Range<Int>, into output: UnsafeMutableBufferPointer<Double>) throws {
    guard let base = output.baseAddress else { return }
    let scratch = TensorScratch()
    for start in stride(from: elements.lowerBound, to: elements.upperBound, by: block) {
      let range = start..<min(start + block, elements.upperBound)
      try node.read(range, into: base + (start - elements.lowerBound), scratch)
    }
  }

  /// Runs `body` over all numbers in order, with the index of the first of each block; those in memory are one block.
  package func forEachBlock(_ body: (Int, UnsafeBufferPointer<Double>) throws -> Void) throws {
    if case .held(let values) = node.form { return try values.withUnsafeBufferPointer { try body(0, $0) } }
    let (count, scratch) = (count, TensorScratch())
    try scratch.lend(min(block, count)) { buffer in
      for start in stride(from: 0, to: count, by: block) {
        let range = start..<min(start + block, count)
        try node.read(range, into: buffer, scratch)
        try body(start, UnsafeBufferPointer(start: buffer, count: range.count))
      }
    }
  }

  /// The largest magnitude among the numbers, and the place of the first that is infinite or NaN, if there is one.
  package func largestMagnitude() throws -> (largest: Double, notFinite: Int?) {
    var (largest, place) = (0.0, Int?.none)
    try forEachBlock { first, numbers in
      var (most, sum) = (0.0, 0.0)
      for number in numbers {
        most = max(most, number.magnitude)
        // Zero times a number that is not finite is NaN, which no sum gets rid of.
        sum += number * 0
      }
      largest = max(largest, most)
      guard sum.isNaN, place == nil else { return }
      place = numbers.firstIndex { !$0.isFinite }.map { first + $0 }
    }
    return (largest, place)
  }

  /// All numbers, in memory: 8 bytes each.
  package func held() throws -> Tensor {
    if let tensor { return tensor }
    let count = count
    let values = try [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      try read(0..<count, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initialized = count
    }
    return Tensor(shape: shape, values: values)
  }
}

extension LazyTensor: NumberSource {}

extension LazyTensor: Equatable {
  /// Whether both are the same numbers by descent; nothing is computed.
  package static func == (a: LazyTensor, b: LazyTensor) -> Bool { a.shape == b.shape && a.node === b.node }
}

/// Where the numbers of a tensor come from, in row-major order.
final class TensorNode: Sendable {
  enum Form: Sendable {
    case held([Double])
    case source(any NumberSource)
    case repeated(Double)
    case mapped(ElementOperation, TensorNode)
    case paired(PairOperation, TensorNode, TensorNode)
    /// Where the first is not zero the second, elsewhere the third.
    case chosen(TensorNode, TensorNode, TensorNode)
    /// Parts of other nodes in their places, zeros elsewhere.
    case placed([TensorView])
  }

  let form: Form
  /// How many nodes have a part in a number: what it takes to compute it, and how deep its reading nests at most.
  let cost: Int
  /// How many numbers are best read at a time.
  let block: Int

  init(_ form: Form) {
    self.form = form
    switch form {
    case .held, .repeated: (cost, block) = (1, LazyTensor.block)
    case .source(let source): (cost, block) = (source.cost, max(source.block, LazyTensor.block))
    case .mapped(_, let x): (cost, block) = (1 + x.cost, x.block)
    case .paired(_, let x, let y): (cost, block) = (1 + x.cost + y.cost, max(x.block, y.block))
    case .chosen(let mask, let x, let y):
      cost = 1 + mask.cost + x.cost + y.cost
      block = max(mask.block, x.block, y.block)
    case .placed(let views):
      // A number lies in one of them.
      cost = 1 + (views.map { $0.amplification * $0.source.cost }.max() ?? 0)
      block = views.map(\.block).max() ?? LazyTensor.block
    }
  }

  /// Computes a range of the numbers, no longer than a few blocks.
  func read(
    _ range: Range<Int>, into output: UnsafeMutablePointer<Double>, _ scratch: TensorScratch
  ) throws {
    let count = range.count
    switch form {
    case .held(let values):
      values.withUnsafeBufferPointer { output.update(from: $0.baseAddress! + range.lowerBound, count: count) }
    case .source(let source):
      try source.read(range, into: UnsafeMutableBufferPointer(start: output, count: count))
    case .repeated(let value):
      output.update(repeating: value, count: count)
    case .mapped(let operation, let x):
      try x.read(range, into: output, scratch)
      operation.apply(to: output, count: count)
    case .paired(let operation, let x, let y):
      try x.read(range, into: output, scratch)
      if case .repeated(let value) = y.form { return operation.apply(to: output, value, count: count) }
      try y.lend(range, scratch) { operation.apply(to: output, $0, count: count) }
    case .chosen(let mask, let x, let y):
      try y.read(range, into: output, scratch)
      try x.lend(range, scratch) { x in
        try mask.lend(range, scratch) { mask in
          // Without a branch, which would be predicted wrongly half the time.
          for index in 0..<count { output[index] = mask[index] != 0 ? x[index] : output[index] }
        }
      }
    case .placed(let views):
      if views.count > 1 || !views[0].isWhole { output.update(repeating: 0, count: count) }
      for view in views { try view.read(range, into: output, scratch) }
    }
  }

  /// Gives `body` a range of the numbers: where they lie, or computed into memory of `scratch`.
  private func lend(
    _ range: Range<Int>, _ scratch: TensorScratch, _ body: (UnsafePointer<Double>) throws -> Void
  ) throws {
    if case .held(let values) = form {
      return try values.withUnsafeBufferPointer { try body($0.baseAddress! + range.lowerBound) }
    }
    try scratch.lend(range.count) { buffer in
      try read(range, into: buffer, scratch)
      try body(buffer)
    }
  }
}

/// Memory for the operands of one reading, used again from block to block.
final class TensorScratch {
  private var free: [(memory: UnsafeMutablePointer<Double>, capacity: Int)] = []

  /// Lends memory for `count` numbers to `body`, which must not keep it.
  func lend<Result>(_ count: Int, _ body: (UnsafeMutablePointer<Double>) throws -> Result) rethrows -> Result
  {
    var buffer = free.popLast() ?? (.allocate(capacity: count), count)
    if buffer.capacity < count {
      buffer.memory.deallocate()
      buffer = (.allocate(capacity: count), count)
    }
    defer { free.append(buffer) }
    return try body(buffer.memory)
  }

  deinit {
    for buffer in free { buffer.memory.deallocate() }
  }
}
