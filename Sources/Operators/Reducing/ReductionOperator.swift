import Threads

/// An operator that makes one number of all those along some axes.
///
/// The axes are an attribute up to a version of the operator set, and an input from the next one on.
protocol ReductionOperator: OperatorDescription {
  /// How the axes are read.
  var reading: ReductionReading { get }
  init(reading: ReductionReading)
  /// The result for neighbouring numbers; `count` may be 0.
  static func value<S: OperatorScalar>(_ row: UnsafePointer<S>, count: Int) -> S
}

/// A reduction that also takes whole numbers.
protocol IntegerReductionOperator: ReductionOperator {
  static func value(_ row: UnsafePointer<Int64>, count: Int) -> Int64
}

/// The attributes of a reduction.
struct ReductionReading {
  /// The axes, where they are an attribute.
  let axes: [Int]?
  let keepsAxes: Bool
  /// Whether no axes mean that each number is a row of its own, and not the reduction of all.
  let leavesWithoutAxes: Bool

  /// The axes of a tensor that a call reduces.
  func axes<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> ReducedAxes {
    let shape = inputs.tensor(0).shape
    let input = try inputs.integers(1, "axes")
    let written = axes ?? input ?? []
    let all = leavesWithoutAxes ? [] : Array(shape.indices)
    let indices = written.isEmpty ? all : try OperatorAxis.indices(written, rank: shape.count)
    return ReducedAxes(shape, axes: indices, keepsAxes: keepsAxes)
  }
}

extension ReductionOperator {
  package init(_ attributes: OperatorAttributes) {
    let hasField = Self.signature.attributes.contains { $0.name == "noop_with_empty_axes" }
    self.init(
      reading: ReductionReading(
        axes: attributes.ints("axes"), keepsAxes: attributes.flag("keepdims"),
        leavesWithoutAxes: hasField && attributes.flag("noop_with_empty_axes")))
  }

  package func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError)
    -> [OperatorTensor<S>]
  {
    [try Self.reduced(inputs.tensor(0), reading.axes(inputs))]
  }

  /// The result for a tensor of numbers of type float.
  static func reduced<S: OperatorScalar>(
    _ tensor: OperatorTensor<S>, _ axes: ReducedAxes
  ) throws(OperatorError) -> OperatorTensor<S> {
    try OperatorLimits.check(axes.shape)
    let rows = axes.rows(tensor.values.floats)
    return OperatorTensor(shape: axes.shape, values: .float(reduced(rows, axes) { value($0, count: $1) }))
  }

  /// Each row through a function.
  @inline(__always)
  fileprivate static func reduced<T: OperatorElement>(
    _ rows: [T], _ axes: ReducedAxes, _ function: (UnsafePointer<T>, Int) -> T
  ) -> [T] {
    let (total, length) = (axes.rowCount, axes.rowLength)
    return Array(unsafeUninitializedCapacity: total) { target, count in
      count = total
      guard total > 0, let target = target.baseAddress else { return }
      rows.withUnsafeBufferPointer { source in
        withUnsafeTemporaryAllocation(of: T.self, capacity: 1) { none in
          // An empty array has no address; rows of nothing need one that nobody reads.
          let source = source.baseAddress ?? UnsafePointer(none.baseAddress!)
          let batch = max(1, BroadcastPlan.chunk / max(1, length))
          Parallel.forEach((total + batch - 1) / batch, work: total * max(1, length)) { piece in
            for row in piece * batch..<min(total, (piece + 1) * batch) {
              (target + row).initialize(to: function(source + row * length, length))
            }
          }
        }
      }
    }
  }
}

extension IntegerReductionOperator {
  package func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError)
    -> [OperatorTensor<S>]
  {
    let tensor = inputs.tensor(0)
    let axes = try reading.axes(inputs)
    guard case .int64(let values) = tensor.values else { return [try Self.reduced(tensor, axes)] }
    try OperatorLimits.check(axes.shape)
    let result = Self.reduced(axes.rows(values), axes) { Self.value($0, count: $1) }
    return [OperatorTensor(shape: axes.shape, values: .int64(result))]
  }
}

extension OperatorSignature {
  /// The signature of a reduction whose axes are an input from a version of the operator set on.
  static func reduction(
    _ name: String, _ summary: String, types: [OperatorElementType] = .numbers,
    axesAreInputFrom opset: Int = 18
  ) -> OperatorSignature {
    let (first, last) = (OperatorSignature.opsets.lowerBound, OperatorSignature.opsets.upperBound)
    return OperatorSignature(
      name, summary + ", over some axes or all",
      inputs: [.required("data", types), .optional("axes", .integers, opsets: opset...last)],
      outputs: ["reduced"],
      attributes: [
        .optional("axes", .ints, opsets: first...opset - 1), .int("keepdims", 1),
        .int("noop_with_empty_axes", 0, opsets: opset...last),
      ])
  }
}
