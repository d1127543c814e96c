import RuleModel

/// Which layers and values a pattern's names stand for, in one place of the net.
package struct Binding: Sendable {
  /// The captures that stand for one layer.
  var singles: BoundLayers
  /// What the captures of groups stand for: one element for each bottom, or for each repetition from input to output.
  var elements: [BoundElement] = []
  /// Values by free name.
  var values: [String: ValueID] = [:]
  /// Whether all is found that the pattern asks for.
  package internal(set) var isComplete = false

  init(captureCount: Int) { singles = BoundLayers(captureCount: captureCount) }

  /// The number of layers found so far.
  var count: Int { elements.reduce(singles.count) { $0 + $1.bound.count } }

  /// The layer of a capture that every match has one for, in a complete binding.
  package subscript(capture: Int) -> LayerID { singles.layer(of: capture)! }

  /// The layer of a capture that is no list, where it is there.
  func single(_ capture: Int) -> LayerID? { singles.layer(of: capture) }

  /// The layers of a capture: none where it is absent, several where it is a list.
  package func layers(of capture: Int) -> [LayerID] {
    if let layer = singles.layer(of: capture) { return [layer] }
    return elements.compactMap { $0.bound.layer(of: capture) }
  }

  /// All layers that were found, each once.
  package var allLayers: [LayerID] {
    var layers: [LayerID] = []
    layers.reserveCapacity(singles.layers.count)
    for case let layer? in singles.layers { layers.append(layer) }
    for element in elements { for case let layer? in element.bound.layers { layers.append(layer) } }
    return layers
  }

  /// All layers that were found, with the capture of each, in the order of the captures.
  package var named: [(capture: Int, layer: LayerID)] {
    guard !elements.isEmpty else {
      return singles.layers.indices.compactMap { index in singles.layers[index].map { (index, $0) } }
    }
    return singles.layers.indices.flatMap { index -> [(capture: Int, layer: LayerID)] in
      if let layer = singles.layers[index] { return [(index, layer)] }
      return elements.compactMap { element in element.bound.layers[index].map { (index, $0) } }
    }
  }

  func contains(_ layer: LayerID) -> Bool {
    singles.layers.contains(layer) || elements.contains { $0.bound.layers.contains(layer) }
  }
}

/// Layers by capture, and what was decided about captures that have none of their own.
struct BoundLayers: Sendable {
  /// By capture; nil while not found, where absent, and for names of whichever of several.
  var layers: [LayerID?]
  /// Optional captures that the match does without, and chains of no repetition.
  var absent: [Int] = []
  /// For names of whichever of several, which it is.
  var choices: [(name: Int, alternative: Int)] = []

  init(captureCount: Int) { layers = Array(repeating: nil, count: captureCount) }

  /// The number of layers found.
  var count: Int { layers.count { $0 != nil } }

  /// The layer of a capture, found under the name of an alternative too.
  func layer(of capture: Int) -> LayerID? {
    if let layer = layers[capture] { return layer }
    guard let choice = choices.first(where: { $0.name == capture }) else { return nil }
    return layer(of: choice.alternative)
  }
}

/// One element of a group of captures.
struct BoundElement: Sendable {
  /// The group, by index into the pattern's.
  var group: Int
  /// Its number: that of the bottom, for those that make the bottoms of a layer.
  var place: Int
  /// The group's captures.
  var bound: BoundLayers
}
