import Diagnostics
import Synchronization

/// Keeps the parameters of the layer that was read last, so that runs that advance together read each layer's once.
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
      // Freed before others are read, so that only one layer's parameters are in memory.
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
  /// The same net for runs that advance together: they share the parameters of the layer that was read last.
  package func sharingParameters() -> NetRunner {
    var net = self
    net.parameters = SharedParameters(parameters)
    return net
  }
}
