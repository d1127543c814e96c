import CaffeIO

/// Where a net's parameter blobs come from, by layer name.
package protocol ParameterSource: Sendable {
  /// The shapes of a layer's blobs; empty for a layer that has none.
  func blobShapes(of layer: String) -> [[Int]]
  /// A layer's blobs; called each time the layer runs, so that a large net need not be in memory.
  func blobs<S: NetScalar>(of layer: String, in scalar: S.Type) throws -> [NetValue<S>]
}

/// The parameters of a weights file, read when they are wanted.
package struct WeightsFileParameters: ParameterSource {
  /// The file.
  package let file: WeightsFile

  /// Takes the blobs that Caffe would give to the layers.
  package init(_ file: WeightsFile) { self.file = file }

  package func blobShapes(of layer: String) -> [[Int]] {
    file.layer(named: layer)?.blobs.map(\.shape.sizes) ?? []
  }

  package func blobs<S: NetScalar>(of layer: String, in scalar: S.Type) throws -> [NetValue<S>] {
    try (file.layer(named: layer)?.blobs ?? []).map { blob in
      NetValue(shape: blob.shape.sizes, values: try S.values(of: BlobReader(file, Blob(blob))))
    }
  }
}

/// Parameters that are in memory.
package struct GivenParameters: ParameterSource {
  private let layers: [String: [NetValue<Double>]]

  /// Wraps blobs by layer name.
  package init(_ layers: [String: [NetValue<Double>]] = [:]) { self.layers = layers }

  package func blobShapes(of layer: String) -> [[Int]] { layers[layer]?.map(\.shape) ?? [] }

  package func blobs<S: NetScalar>(of layer: String, in scalar: S.Type) -> [NetValue<S>] {
    layers[layer]?.map { NetValue(shape: $0.shape, values: S.rounded($0.values)) } ?? []
  }
}
