import Diagnostics
import Locks

/// Keeps parameters that were read, so that other runs of the same net need not read them again: those of the whole net where
/// there are at most ``mostNumbers``, else those of the last layer, for runs that advance together.
final class SharedParameters: ParameterSource {
  private let base: any ParameterSource
  /// How many numbers the parameters of the net have.
  private let count: Int
  /// Whether the parameters of a layer of a large net are kept until those of another layer are read.
  private let keepsLastLayer: Bool
  private let kept = Guarded<[Name: any Sendable]>([:])

  /// The most parameters that a net may keep: 32 MiB in single precision and 64 in double. MobileNet has 4 million, 17 MB.
  static let mostNumbers = 1 << 23

  /// - Parameters:
  ///   - count: how many numbers the parameters of the net have.
  ///   - runsAdvanceTogether: whether several runs ask for a layer's parameters, one after the other.
  init(_ base: any ParameterSource, count: Int, runsAdvanceTogether: Bool) {
    self.base = base
    self.count = count
    keepsLastLayer = runsAdvanceTogether
  }

  var knowsBlobs: Bool { base.knowsBlobs }

  func blobShapes(of layer: Name) -> [[Int]] { base.blobShapes(of: layer) }

  /// Whether all that is read is kept.
  var keepsAll: Bool { count <= Self.mostNumbers }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func blobs<S: NetScalar>(of layer: Name, in scalar: S.Type) throws -> [NetValue<S>] {
    let known = kept.withLock { kept -> [NetValue<S>]? in
      if let blobs = kept[layer] as? [NetValue<S>] { return blobs }
      // The last layer's are freed before others are read.
      if !keepsAll { kept = [:] }
      return nil
    }
    if let known { return known }
    let blobs = try base.blobs(of: layer, in: scalar)
    if keepsAll || keepsLastLayer { kept.withLock { $0[layer] = blobs } }
    return blobs
  }
}

extension NetRunner {
  /// The same net for several runs, which share the parameters that they read.
  ///
  /// - Parameter runsAdvanceTogether: whether they run layer by layer, each layer in all of them before the next one.
  package func sharingParameters(runsAdvanceTogether: Bool = false) -> NetRunner {
    var net = self
    net.parameters = SharedParameters(
      parameters, count: parameterCount, runsAdvanceTogether: runsAdvanceTogether)
    return net
  }

  /// Whether runs that share its parameters keep all of them.
  package var keepsSharedParameters: Bool { (parameters as? SharedParameters)?.keepsAll ?? false }

  /// How many numbers the parameters of the layers have; those that several layers share count once.
  private var parameterCount: Int {
    let names = Set(steps.map(\.subject.name))
    return names.reduce(0) { $0 + parameters.blobShapes(of: $1).reduce(0) { $0 + $1.product } }
  }
}
