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
