import CaffeIO
import Engine

/// The blobs that conversions change on purpose: what they do is not compared, and all else is.
package struct ConvertedBlobs: Sendable, Equatable {
  /// Blobs that a layer makes which a conversion changed: whoever reads them reads the same as before.
  package var handedOver: Set<String> = []
  /// Outputs that are gone, or that no layer reads any more.
  package var outputs: Set<String> = []

  /// None.
  package init() {}

  /// The blobs of a plan.
  package init(_ plan: Plan) {
    let graph = plan.graph
    let original = graph.definition.layers
    for rewrite in plan.rewrites where rewrite.safety == .conversion {
      for layer in Set(rewrite.changed(in: graph)) {
        if layer.index < original.count {
          outputs.formUnion(original[layer.index].tops)
          outputs.formUnion(original[layer.index].bottoms)
        }
        guard graph[layer].isAlive else { continue }
        let tops = graph[layer].tops.map { graph.blobName(of: $0) }
        outputs.formUnion(tops)
        // An input gets the same values in both nets as it is.
        if !graph[layer].bottoms.isEmpty { handedOver.formUnion(tops) }
      }
    }
  }
}
