import Diagnostics

/// Looks for what might be meant by bottoms that nothing makes, of which a net may have as many as it has blobs.
package struct MakerSearch {
  private let layers: [LayerDefinition]
  /// By blob, the layers that make it and that the phase or the stages leave out, in order.
  private var makers: [Name: [Int]] = [:]
  /// The blobs of the net as they are shown.
  private let blobs: [String]
  private var steps = Suggestion.mostSteps

  /// - Parameter included: the places of the layers that the phase and the stages take.
  package init(_ definition: NetDefinition, included: Set<Int>) {
    layers = definition.layers
    for (index, layer) in layers.enumerated() where !included.contains(index) {
      for top in Set(layer.tops) { makers[top, default: []].append(index) }
    }
    blobs = (definition.inputs + layers.flatMap(\.tops)).map(\.description)
  }

  /// A bottom that nothing makes, with who would make it or a blob of nearly the same name.
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
