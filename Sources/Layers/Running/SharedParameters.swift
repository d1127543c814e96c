import Diagnostics
import Locks

/// Keeps parameters that were read, so that other runs of the same net need not read them again: up to ``mostBytes``, then
/// begins anew.
final class SharedParameters: ParameterSource {
  private struct Kept {
    var layers: [Name: (blobs: any Sendable, byteCount: Int)] = [:]
    var byteCount = 0
  }

  private let base: any ParameterSource
  /// Whether a layer whose parameters alone have more than ``mostBytes`` is kept until another layer is read.
  private let keepsLargeLayer: Bool
  private let kept = Guarded(Kept())

  /// The most bytes of parameters that several layers may keep.
  static let mostBytes = 8 << 20

  /// - Parameter runsAdvanceTogether: whether several runs ask for a layer's parameters, one after the other.
  init(_ base: any ParameterSource, runsAdvanceTogether: Bool) {
    self.base = base
    keepsLargeLayer = runsAdvanceTogether
  }

  var knowsBlobs: Bool { base.knowsBlobs }

  func blobShapes(of layer: Name) -> [[Int]] { base.blobShapes(of: layer) }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func blobs<S: NetScalar>(of layer: Name, in scalar: S.Type) throws -> [NetValue<S>] {
    let known = kept.withLock { kept -> [NetValue<S>]? in
      if let blobs = kept.layers[layer]?.blobs as? [NetValue<S>] { return blobs }
      // A large layer is freed before another one is read.
      if kept.byteCount > Self.mostBytes { kept = Kept() }
      return nil
    }
    if let known { return known }
    let blobs = try base.blobs(of: layer, in: scalar)
    let byteCount = blobs.reduce(0) { $0 + $1.values.count } * MemoryLayout<S>.size
    guard keepsLargeLayer || byteCount <= Self.mostBytes else { return blobs }
    kept.withLock { kept in
      if kept.byteCount + byteCount > Self.mostBytes { kept = Kept() }
      // Another thread may have read the same layer.
      let replaced = kept.layers.updateValue((blobs, byteCount), forKey: layer)
      kept.byteCount += byteCount - (replaced?.byteCount ?? 0)
    }
    return blobs
  }
}

extension NetRunner {
  /// The same net for several runs, which share the parameters that they read.
  ///
  /// - Parameter runsAdvanceTogether: whether they run layer by layer, each layer in all of them before the next one.
  package func sharingParameters(runsAdvanceTogether: Bool = false) -> NetRunner {
    var net = self
    net.parameters = SharedParameters(parameters, runsAdvanceTogether: runsAdvanceTogether)
    return net
  }

  /// Whether runs that share its parameters keep all of them, in this number type.
  package func keepsSharedParameters<S: NetScalar>(in scalar: S.Type) -> Bool {
    let shapes = steps.flatMap { parameters.blobShapes(of: $0.subject.name) }
    return shapes.reduce(0) { $0 + $1.product } <= SharedParameters.mostBytes / MemoryLayout<S>.size
  }
}
