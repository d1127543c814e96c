import Diagnostics
import Tensors

/// Weights that cannot be written as planned.
package struct EmissionError: DiagnosticError, Equatable {
  /// What is wrong.
  package enum Problem: Sendable, Equatable {
    /// A finite value becomes infinite in its stored type; `factor` is nil for a new value.
    case overflow(element: Int, value: Double, factor: Double?, storage: BlobStorage)
    /// The factors do not fit the blob.
    case scaleMismatch(count: Int, factors: Int)
    /// The number of new values is not that of their shape.
    case shapeMismatch(shape: Shape, values: Int)
    /// The file's generation of layers has no such type.
    case noLegacyType(type: String, generation: LayerGeneration)
    /// Values of a type that cannot be read or written.
    case opaqueValues(rawType: Int)
    /// A file that nobody could read.
    case fileSize(bytes: Int, limit: Int)
  }

  /// The weights file that is read, as the user wrote it.
  package var path: String
  /// The blob or layer.
  package var subject: WireSubject
  /// What is wrong.
  package var problem: Problem

  /// Makes an error from its facts.
  package init(path: String, subject: WireSubject, _ problem: Problem) {
    self.path = path
    self.subject = subject
    self.problem = problem
  }
}
