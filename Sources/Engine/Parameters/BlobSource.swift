import CaffeIO
import Diagnostics
import RuleModel
import Tensors

// Blobs as the numbers of expressions, and the results of expressions as blobs. Neither is in memory.

/// What a blob holds, folds applied, for expressions that ask for it piece by piece.
final class BlobSource: NumberSource {
  /// What the blob is.
  let content: BlobContent
  private let reader: BlobContentReader
  private let layer: LayerID

  var block: Int { reader.block }
  var cost: Int { reader.cost }

  init(_ content: BlobContent, _ reader: BlobContentReader, layer: LayerID) {
    self.content = content
    self.reader = reader
    self.layer = layer
  }

  func read(_ elements: Range<Int>, into output: UnsafeMutableBufferPointer<Double>) throws {
    do {
      try reader.read(elements, into: output)
    } catch let error as UnreadableBlob {
      throw error
    } catch {
      throw UnreadableBlob(layer: layer, underlying: error)
    }
  }
}

/// The numbers of an expression, for a blob that is written piece by piece.
final class ExpressionNumbers: ComputedNumbers {
  private let tensor: LazyTensor

  var block: Int { tensor.block }
  var cost: Int { tensor.cost }

  init(_ tensor: LazyTensor) { self.tensor = tensor }

  func read(_ elements: Range<Int>, into output: UnsafeMutableBufferPointer<Double>) throws {
    try tensor.read(elements, into: output)
  }
}

/// Numbers of a layer that an expression asked for and that cannot be read.
struct UnreadableBlob: DiagnosticError {
  let layer: LayerID
  let underlying: any Error

  var diagnostic: Diagnostic {
    (underlying as? any DiagnosticError)?.diagnostic ?? Diagnostic(.error, at: .none, "\(underlying)")
  }
}

extension WorkingNet {
  /// The numbers of a blob, folds applied, to be read when they are needed.
  func source(of blob: BlobContent, layer: LayerID) throws(Refusal.Reason) -> BlobSource {
    do {
      guard let weights else { preconditionFailure("there are no blobs without weights") }
      return BlobSource(blob, try BlobContentReader(weights, blob), layer: layer)
    } catch {
      throw Refusal.Reason(UnreadableBlobs(layer: graph.named(layer), error: error))
    }
  }
}
