import CaffeIO
import Diagnostics
import RuleModel
import Tensors

/// What a blob holds, folds applied, for expressions that ask for it piece by piece.
struct BlobSource: NumberSource {
  private let reader: BlobReader
  private let layer: LayerID

  var block: Int { reader.block }
  var cost: Int { reader.cost }

  init(_ reader: BlobReader, layer: LayerID) {
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
  func source(of blob: Blob, layer: LayerID) throws(Refusal.Reason) -> BlobSource {
    do {
      guard let weights else { preconditionFailure("there are no blobs without weights") }
      return BlobSource(try BlobReader(weights, blob, .unrounded), layer: layer)
    } catch {
      throw Refusal.Reason(UnreadableBlobs(layer: graph.named(layer), error: error))
    }
  }
}
