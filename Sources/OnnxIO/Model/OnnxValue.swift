/// A value of a graph by name, with its type and shape as far as they are known.
package struct OnnxValue: Sendable {
  /// What kind of a value it is.
  package enum Kind: Sendable {
    case tensor
    /// The file does not say.
    case unknown
    // What follows is not read further, nor written.
    case sequence, map, optional, sparseTensor, opaque
  }

  /// The name.
  package var name: String
  /// What kind of a value it is.
  package var kind: Kind
  /// The type of the elements of a tensor (`OnnxElementType`).
  package var elementType: Int32
  /// The sizes of the axes of a tensor; nil where not even their number is known.
  package var shape: [OnnxDimension]?
  /// A text for people.
  package var docString: String
  /// Named texts.
  package var metadata: [(String, String)]

  /// Makes a value from its parts; without an element type it is of unknown kind.
  package init(
    name: String, elementType: Int32 = OnnxElementType.undefined, shape: [OnnxDimension]? = nil,
    docString: String = "", metadata: [(String, String)] = []
  ) {
    self.name = name
    kind = elementType == OnnxElementType.undefined && shape == nil ? .unknown : .tensor
    self.elementType = elementType
    self.shape = shape
    self.docString = docString
    self.metadata = metadata
  }
}

/// The size of an axis.
package enum OnnxDimension: Sendable, Hashable {
  case known(Int)
  /// The same for all axes of the graph that have this name.
  case symbol(String)
  case unknown
}
