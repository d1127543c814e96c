import Layers

/// A tensor of ONNX: sizes of its axes, the last axis fastest, and numbers of one element type.
package struct OperatorTensor: Sendable, Equatable {
  /// The sizes of the axes; none for a single number.
  package let shape: [Int]
  /// As many numbers as the product of the sizes.
  package let values: OperatorValues

  /// Wraps numbers; there must be as many as the shape says.
  package init(shape: [Int], values: OperatorValues) {
    precondition(values.count == shape.product, "as many numbers as the shape says")
    self.shape = shape
    self.values = values
  }

  /// What the numbers are.
  package var type: OperatorElementType { values.type }

  /// The same numbers under other sizes of the same product.
  func reshaped(_ shape: [Int]) -> OperatorTensor { OperatorTensor(shape: shape, values: values) }
}

/// The numbers of a tensor.
package enum OperatorValues: Sendable, Equatable {
  case float([Float])
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

/// The element types that the operators know, by ONNX's numbers (`TensorProto.DataType`).
package enum OperatorElementType: Int, Sendable, CaseIterable {
  case float = 1
  case int64 = 7
  case bool = 9
  case float16 = 10

  /// ONNX's word for the type.
  package var word: String {
    switch self {
    case .float: "float"
    case .int64: "int64"
    case .bool: "bool"
    case .float16: "float16"
    }
  }
}
