import Layers

/// A tensor of ONNX: sizes of its axes, the last axis fastest, and numbers of one element type.
///
/// `S` is the Swift type for ONNX's type float: `Float`, or `Double` for runs that must not round.
package struct OperatorTensor<S: OperatorScalar>: Sendable, Equatable {
  /// The sizes of the axes; none for a single number.
  package let shape: [Int]
  /// As many numbers as the product of the sizes.
  package let values: OperatorValues<S>

  /// Wraps numbers; there must be as many as the shape says.
  package init(shape: [Int], values: OperatorValues<S>) {
    precondition(values.count == shape.product, "as many numbers as the shape says")
    self.shape = shape
    self.values = values
  }

  /// What the numbers are.
  package var type: OperatorElementType { values.type }

  /// The same numbers under other sizes of the same product.
  func reshaped(_ shape: [Int]) -> OperatorTensor<S> { OperatorTensor(shape: shape, values: values) }
}

/// The numbers of a tensor.
package enum OperatorValues<S: OperatorScalar>: Sendable, Equatable {
  case float([S])
  /// The bits of halves.
  case float16([UInt16])
  case int64([Int64])
  case bool([Bool])

  /// How many there are.
  package var count: Int {
    switch self {
    case .float(let values): values.count
    case .float16(let values): values.count
    case .int64(let values): values.count
    case .bool(let values): values.count
    }
  }

  /// The numbers of type float; none where they have another type.
  package var floats: [S] {
    if case .float(let values) = self { return values }
    return []
  }

  /// The whole numbers; none where they have another type.
  var integers: [Int64] {
    if case .int64(let values) = self { return values }
    return []
  }

  /// The truth values; none where they have another type.
  var booleans: [Bool] {
    if case .bool(let values) = self { return values }
    return []
  }

  /// What they are.
  package var type: OperatorElementType {
    switch self {
    case .float: .float
    case .float16: .float16
    case .int64: .int64
    case .bool: .bool
    }
  }
}
