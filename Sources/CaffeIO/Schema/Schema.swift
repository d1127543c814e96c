/// TEMPORARY until the full schema lands.
package struct Schema: Sendable {
  package static let caffe = Schema()
  static let table: [String: (Int, SchemaField.FieldType, AttributeValue, Bool)] = [
    "convolution_param": (106, .message("ConvolutionParameter"), .message, false),
    "convolution_param.num_output": (1, .uint32, .number(0), false),
    "convolution_param.bias_term": (2, .bool, .boolean(true), false),
    "convolution_param.group": (5, .uint32, .number(1), false),
    "convolution_param.axis": (16, .int32, .number(1), false),
    "inner_product_param": (117, .message("InnerProductParameter"), .message, false),
    "inner_product_param.num_output": (1, .uint32, .number(0), false),
    "inner_product_param.bias_term": (2, .bool, .boolean(true), false),
    "inner_product_param.axis": (5, .int32, .number(1), false),
    "inner_product_param.transpose": (6, .bool, .boolean(false), false),
    "batch_norm_param": (139, .message("BatchNormParameter"), .message, false),
    "batch_norm_param.use_global_stats": (1, .bool, .boolean(false), false),
    "batch_norm_param.eps": (3, .float, .number(Double(Float(1e-5))), false),
    "scale_param": (142, .message("ScaleParameter"), .message, false),
    "scale_param.axis": (1, .int32, .number(1), false),
    "scale_param.num_axes": (2, .int32, .number(1), false),
    "scale_param.bias_term": (4, .bool, .boolean(false), false),
  ]
  package func layerField(at path: [String]) -> SchemaField? {
    Self.table[path.joined(separator: ".")].map { SchemaField(number: $0.0, type: $0.1, isRepeated: $0.3) }
  }
  package func enumNumber(_ word: String, of name: String) -> Int? { nil }
  package func layerDefault(at path: [String]) -> AttributeValue? {
    Self.table[path.joined(separator: ".")]?.2
  }
}
package struct SchemaField: Sendable {
  package enum FieldType: Sendable, Equatable {
    case bool, string, uint32, int32, float, double, message(String), `enum`(String)
  }
  package var number: Int
  package var type: FieldType
  package var isRepeated: Bool
}
