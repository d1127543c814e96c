import Diagnostics

/// For bottoms that no layer makes, finds the excluded layer that would make the blob, or a blob with a similar name.
///
/// All bottoms of a net share one budget of steps, since a net may have thousands of such bottoms.
package struct MakerSearch {
  private let layers: [LayerDefinition]
  /// By blob, the layers that make it and that the phase or the stages exclude, in order.
  private var makers: [Name: [Int]] = [:]
  /// The blobs of the net as they are shown.
  private let blobs: [String]
  private var steps = Suggestion.mostSteps

  /// - Parameter included: the indices of the layers that the phase and the stages include.
  package init(_ definition: NetDefinition, included: Set<Int>) {
    layers = definition.layers
    for (index, layer) in layers.enumerated() where !included.contains(index) {
      for top in Set(layer.tops) { makers[top, default: []].append(index) }
    }
    blobs = (definition.inputs + layers.flatMap(\.tops)).map(\.description)
  }

  /// A bottom that no layer makes, with the layer that would make it or a blob of nearly the same name.
  package mutating func unmade(_ blob: Name, by layer: Name) -> UnmadeBottom {
    let makers = makers[blob] ?? []
    var (stages, seen): ([String], Set<String>) = ([], [])
    for stage in makers.flatMap({ layers[$0].requiredStages }) where seen.insert(stage).inserted {
      stages.append(stage)
    }
    let near =
      makers.isEmpty
      ? Suggestion.nearest(to: blob.description, among: blobs, within: 2, steps: &steps) : nil
    return UnmadeBottom(
      blob: blob, layer: layer, maker: makers.first.map { layers[$0].name }, stages: stages, near: near)
  }
}
