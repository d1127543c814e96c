import Diagnostics
import CaffeIO
import Engine

/// The blobs that conversions change on purpose: what they do is not compared, and all else is.
package struct ConvertedBlobs: Sendable, Equatable {
  /// Blobs that a layer makes which a conversion changed: whoever reads them reads the same as before.
  package var handedOver: Set<Name> = []
  /// Outputs that are gone, or that no layer reads any more.
  package var outputs: Set<Name> = []

  /// None.
  package init() {}

  /// The blobs of a plan.
  package init(_ plan: Plan) {
    let graph = plan.graph
    let original = graph.definition.layers
    let known = Set(original.flatMap(\.tops))
    // Values of layers that a conversion put in: the original has none to compare them with.
    var added: Set<ValueID> = []
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
        for (top, name) in zip(graph[layer].tops, tops) where !known.contains(name) { added.insert(top) }
      }
    }
    guard !added.isEmpty else { return }
    for layer in graph.liveLayers where graph[layer].bottoms.contains(where: added.contains) {
      handedOver.formUnion(graph[layer].tops.map { graph.blobName(of: $0) })
    }
  }
}
