import CaffeIO
import Diagnostics
import Engine
import Layers

/// The shapes that layers make, as the executor knows them.
package struct ForwardShapes: LayerShapes {
  private let schema: Schema

  /// Reads parameters by the fields of `schema`.
  package init(schema: Schema = .caffe) { self.schema = schema }

  /// Types whose top has the shape of the bottom whatever their blobs hold.
  private static let preserving: Set<String> = [
    "BatchNorm", "BN", "Bias", "CuDNNBatchNorm", "Normalize", "PReLU", "Scale",
  ]

  package func topShapes(of layer: LayerShapeQuestion) throws(UnknownShape) -> [[Int]] {
    if Self.preserving.contains(layer.type), let first = layer.bottoms.first { return [first] }
    // Blobs are held against the shapes only where there are some.
    var description = WrittenLayer(
      name: layer.name, type: layer.type, blobShapes: layer.blobs ?? [], attribute: layer.attribute)
    description.knowsBlobs = layer.blobs != nil
    if let definition = layer.definition {
      description.occurrences = { definition.occurrences(of: $0, field: $1) }
    }
    description.bottomCount = layer.bottoms.count
    description.topCount = layer.topCount
    do {
      let shapes = try LayerRegistry.layer(description).outputShapes(layer.bottoms)
      for shape in shapes { try description.limits.check(shape, of: description.subject) }
      return shapes
    } catch {
      throw UnknownShape(error.diagnostic.sentence)
    }
  }
}
