/// A use of an operator: a node of ONNX without the names of its values.
package struct OperatorCall: Sendable {
  /// The operator's name, such as `Conv`.
  package var name: String
  /// The attributes that are given, by name.
  package var attributes: [String: OperatorAttribute]
  /// How many outputs are read.
  package var outputCount: Int
  /// The version of ONNX's operator set whose semantics is meant.
  package var opset: Int

  /// A call.
  package init(
    name: String, attributes: [String: OperatorAttribute] = [:], outputCount: Int = 1, opset: Int = 17
  ) {
    self.name = name
    self.attributes = attributes
    self.outputCount = outputCount
    self.opset = opset
  }
}
