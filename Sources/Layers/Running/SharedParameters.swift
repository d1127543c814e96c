import Diagnostics
import Synchronization

/// Parameters that were read, for the next run of the same net: those of all layers as long as they are few, else those of the
/// layer that was read last.
final class SharedParameters: ParameterSource {
  private struct Kept {
    var blobs: [Name: any Sendable] = [:]
    var byteCount = 0
  }

  private let base: any ParameterSource
  /// Whether a layer whose parameters are larger than ``mostBytes`` is kept too, until another one is read.
  private let keepsLargeLayer: Bool
  private let kept = Mutex(Kept())

  /// The most bytes that are kept of layers that need not be kept.
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
      if let blobs = kept.blobs[layer] as? [NetValue<S>] { return blobs }
      // Freed before others are read.
      if kept.byteCount > Self.mostBytes { kept = Kept() }
      return nil
    }
    if let known { return known }
    let blobs = try base.blobs(of: layer, in: scalar)
    let byteCount = blobs.reduce(0) { $0 + $1.values.count } * MemoryLayout<S>.size
    guard keepsLargeLayer || byteCount <= Self.mostBytes else { return blobs }
    kept.withLock { kept in
      if kept.byteCount + byteCount > Self.mostBytes { kept = Kept() }
      // Another thread may have read the same ones.
      guard kept.blobs.updateValue(blobs, forKey: layer) == nil else { return }
      kept.byteCount += byteCount
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

  /// How many bytes its parameters have in a number type.
  private func parameterBytes<S: NetScalar>(in scalar: S.Type) -> Int {
    steps.reduce(0) { sum, step in
      parameters.blobShapes(of: step.subject.name).reduce(sum) { $0 + $1.product * MemoryLayout<S>.size }
    }
  }

  /// Whether all of its parameters are kept by runs that share them.
  package func keepsSharedParameters<S: NetScalar>(in scalar: S.Type) -> Bool {
    parameterBytes(in: scalar) <= SharedParameters.mostBytes
  }
}
