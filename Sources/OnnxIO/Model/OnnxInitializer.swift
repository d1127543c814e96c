/// A value of a graph that is constant, such as the weights of a convolution.
package struct OnnxInitializer: Sendable {
  /// The value that it is.
  package var name: String
  /// The type of the elements (`OnnxElementType`).
  package var elementType: Int32
  /// The sizes of the axes, outermost first; none for a single element.
  package var shape: [Int]
  /// Where the elements come from.
  package var source: OnnxTensorSource
  /// A text for people.
  package var docString: String
  /// Named texts.
  package var metadata: [(String, String)]

  /// Makes an initializer from its parts.
  package init(
    name: String, elementType: Int32, shape: [Int], source: OnnxTensorSource, docString: String = "",
    metadata: [(String, String)] = []
  ) {
    self.name = name
    self.elementType = elementType
    self.shape = shape
    self.source = source
    self.docString = docString
    self.metadata = metadata
  }

  /// Makes an initializer of a tensor in memory.
  package init(name: String, _ tensor: OnnxTensor) {
    self.init(
      name: name, elementType: tensor.elementType, shape: tensor.shape,
      source: tensor.elementType == OnnxElementType.string ? .strings(tensor.strings) : .bytes(tensor.bytes))
  }

  /// The elements, read into memory.
  ///
  /// - Throws: what reading or computing them throws.
  package func tensor() throws -> OnnxTensor {
    OnnxTensor(
      elementType: elementType, shape: shape, bytes: try source.allBytes(), strings: source.strings ?? [])
  }
}
