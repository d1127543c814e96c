import CaffeIO
import Diagnostics

/// Where a net's parameter blobs come from, by layer name.
package protocol ParameterSource: Sendable {
  /// Whether it is known which blobs layers have; without that a layer is described by its parameters alone and cannot be run.
  var knowsBlobs: Bool { get }
  /// The shapes of a layer's blobs; empty for a layer that has none.
  func blobShapes(of layer: Name) -> [[Int]]
  /// A layer's blobs; called each time the layer runs, so that a large net need not be in memory.
  func blobs<S: NetScalar>(of layer: Name, in scalar: S.Type) throws -> [NetValue<S>]
}

extension ParameterSource {
  package var knowsBlobs: Bool { true }
}

/// No parameters: a net whose layers are only asked for their facts.
package struct UnknownParameters: ParameterSource {
  package init() {}

  package var knowsBlobs: Bool { false }

  package func blobShapes(of layer: Name) -> [[Int]] { [] }

  package func blobs<S: NetScalar>(of layer: Name, in scalar: S.Type) -> [NetValue<S>] { [] }
}

/// The parameters of a weights file, read when they are wanted.
package struct WeightsFileParameters: ParameterSource {
  /// The file.
  package let file: WeightsFile
  private let layers: [Name: Int]

  /// Finds the layers by name; as in Caffe the last one of a name wins.
  package init(_ file: WeightsFile) {
    self.file = file
    var layers: [Name: Int] = [:]
    for layer in file.layers where !layer.blobs.isEmpty { layers[layer.name] = layer.index }
    self.layers = layers
  }

  package func blobShapes(of layer: Name) -> [[Int]] {
    layers[layer].map { file.layers[$0].blobs.map(\.shape) } ?? []
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  package func blobs<S: NetScalar>(of layer: Name, in scalar: S.Type) throws -> [NetValue<S>] {
    guard let index = layers[layer] else { return [] }
    return try file.layers[index].blobs.map { blob in
      NetValue(shape: blob.shape, values: try S.values(of: blob, in: file))
    }
  }
}

/// Parameters that are in memory.
package struct GivenParameters: ParameterSource {
  private let layers: [Name: [NetValue<Double>]]

  /// Wraps blobs by layer name.
  package init(_ layers: [Name: [NetValue<Double>]] = [:]) { self.layers = layers }

  package func blobShapes(of layer: Name) -> [[Int]] { layers[layer]?.map(\.shape) ?? [] }

  package func blobs<S: NetScalar>(of layer: Name, in scalar: S.Type) -> [NetValue<S>] {
    layers[layer]?.map { NetValue(shape: $0.shape, values: S.rounded($0.values)) } ?? []
  }
}
