import Diagnostics
import Synchronization

/// Parameters of which those that were asked for last are kept: runs that go ahead together read each layer's once.
final class SharedParameters: ParameterSource {
  private struct Kept {
    let layer: Name
    let blobs: any Sendable
  }

  private let base: any ParameterSource
  private let kept = Mutex<Kept?>(nil)

  init(_ base: any ParameterSource) { self.base = base }

  var knowsBlobs: Bool { base.knowsBlobs }

  func blobShapes(of layer: Name) -> [[Int]] { base.blobShapes(of: layer) }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func blobs<S: NetScalar>(of layer: Name, in scalar: S.Type) throws -> [NetValue<S>] {
    let known = kept.withLock { kept -> [NetValue<S>]? in
      if let kept, kept.layer == layer, let blobs = kept.blobs as? [NetValue<S>] { return blobs }
      // Given up before others are read: two layers' parameters would take more memory than one's.
      kept = nil
      return nil
    }
    if let known { return known }
    let blobs = try base.blobs(of: layer, in: scalar)
    kept.withLock { $0 = Kept(layer: layer, blobs: blobs) }
    return blobs
  }
}

extension NetRunner {
  /// The same net, for runs of it that go ahead together: what one of them has read of a layer's parameters the next ones get.
  package func sharingParameters() -> NetRunner {
    var net = self
    net.parameters = SharedParameters(parameters)
    return net
  }
}
