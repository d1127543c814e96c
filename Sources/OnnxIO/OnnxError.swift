import CaffeIO
import Diagnostics
import Tensors

/// What a message about a model is about.
package enum OnnxPlace: Sendable, Equatable {
  case model
  case graph
  /// A node; the name is empty where it has none, and while it is not known.
  case node(index: Int, name: String)
  /// An attribute of a node.
  case attribute(name: String, node: Int, nodeName: String)
  /// An initializer; a name or an index.
  case initializer(index: Int?, name: String)
  /// An input, an output, or another value with a type; the name is empty while it is not known.
  case value(name: String)
}

/// A model that cannot be read, or not be written.
///
/// Bytes that protobuf itself does not allow are a `WireFormatError`, and files that cannot be opened a `FileError`.
package struct OnnxError: DiagnosticError, Equatable {
  /// What is wrong.
  package enum Problem: Sendable, Equatable {
    /// The file is something else.
    case foreign(ForeignFile)
    /// The file begins like the weights of a Caffe net.
    case caffeWeights
    /// The file has no graph.
    case noGraph
    /// A text that is not UTF-8.
    case notText(field: Int)
    /// Too many nodes, values, attributes and names together.
    case tooManyParts(limit: Int)
    /// More bytes of attributes than are held in memory.
    case tooManyBytes(limit: Int)
    /// A field that may be there once is there again.
    case doubledField(Int)
    /// An element type that does not exist.
    case unknownElementType(Int)
    /// A shape that no tensor can have.
    case shape(ShapeError)
    /// The bytes of the elements are not as many as the shape says.
    case sizeMismatch(shape: [Int], elementType: Int32, expected: Int, found: Int)
    /// The strings are not as many as the shape says.
    case stringMismatch(shape: [Int], expected: Int, found: Int)
    /// Elements in a field that is not for their type.
    case wrongData(field: Int, elementType: Int32)
    /// Elements in two fields.
    case doubledData(first: Int, second: Int)
    /// A number that the type of the elements does not have.
    case numberRange(String, elementType: Int32)
    /// A tensor in segments.
    case segments
    /// A tensor in an external file whose entry is missing or wrong.
    case external(ExternalProblem)
    /// A value that becomes infinite when it is written.
    case overflow(element: Int, value: Double, storage: BlobStorage)
    /// An attribute of a type that is not written.
    case unreadAttribute(type: Int)
    /// A value of a kind that is not written.
    case unreadValue(OnnxValue.Kind)
    /// A part that is not written.
    case unreadPart(OnnxUnreadPart)
    /// A model with more bytes than protobuf reads.
    case tooLarge(byteCount: Int, limit: Int)
  }

  /// What is wrong with where the elements of a tensor lie.
  package enum ExternalProblem: Error, Sendable, Equatable {
    /// No location is given.
    case noLocation
    /// The location leads out of the model's folder.
    case outside(location: String)
    /// The model was given without its folder.
    case unavailable(location: String)
    /// An offset or a length that is no number.
    case notNumber(key: String, value: String)
    /// The range does not lie in the file.
    case range(location: String, offset: Int, length: Int, byteCount: Int)
    /// Strings cannot lie there.
    case strings
  }

  /// The path as the user wrote it; nil for a model that is not of a file.
  package var path: String?
  /// The byte where the trouble starts.
  package var offset: Int?
  /// What the trouble is in.
  package var place: OnnxPlace
  /// What is wrong.
  package var problem: Problem

  /// Makes an error from its facts.
  package init(path: String? = nil, offset: Int? = nil, _ place: OnnxPlace, _ problem: Problem) {
    self.path = path
    self.offset = offset
    self.place = place
    self.problem = problem
  }
}
