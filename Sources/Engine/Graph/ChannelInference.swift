import CaffeIO
import Layers

/// How many channels (axis 1) the values of a net have, as far as the definition tells.
///
/// One pass in file order. What a layer that is not understood does to its channels is not known; nothing is guessed.
struct ChannelInference {
  /// By value.
  private(set) var counts: [Int?]

  /// Those of a value; nil where they are not known, as for one that a rewrite has made.
  func count(of value: ValueID) -> Int? {
    value.index < counts.count ? counts[value.index] : nil
  }

  init(_ net: NetGraph, _ descriptions: inout DescribedLayers, schema: Schema) {
    counts = Array(repeating: nil, count: net.values.count)
    // Layers that a rewrite has made, beyond those of the definition, are looked at when something asks (`update`).
    for index in net.definition.layers.indices where net.layers[index].isIncluded {
      let layer = LayerID(index: index)
      update(
        layer, descriptions.layer(layer, net.layers[index], net.parameters(of: layer), schema: schema),
        in: net)
    }
  }

  /// Lets a value have another number of channels than the definition tells.
  mutating func give(_ count: Int?, to value: ValueID) {
    while counts.count <= value.index { counts.append(nil) }
    counts[value.index] = count
  }

  /// Works out how many channels the tops of a layer have.
  mutating func update(_ id: LayerID, _ described: DescribedLayer, in net: NetGraph) {
    while counts.count < net.values.count { counts.append(nil) }
    let layer = net[id]
    guard described.isUnderstood, let description = described.layer else {
      for top in layer.tops { counts[top.index] = nil }
      return
    }
    let found = description.channels(layer.bottoms.map { counts[$0.index] }, topCount: layer.tops.count)
    for (place, top) in layer.tops.enumerated() {
      counts[top.index] = found.indices.contains(place) ? found[place] : nil
    }
  }
}
