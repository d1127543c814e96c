/// A set of layers that is filled and emptied again and again: members are marked by position, and emptying it
/// takes no time.
struct LayerSet: Sendable {
  /// The members, in the order they came.
  private(set) var members: [LayerID] = []
  private var marks: [UInt32]
  private var generation: UInt32 = 1

  /// An empty set for a net of so many layers.
  init(layerCount: Int) { marks = Array(repeating: 0, count: layerCount) }

  var isEmpty: Bool { members.isEmpty }

  /// Adds a layer; false if it was there.
  @discardableResult
  mutating func insert(_ layer: LayerID) -> Bool {
    // Layers that rewrites make come behind those that the set was made for.
    if layer.index >= marks.count { marks += Array(repeating: 0, count: layer.index + 1 - marks.count) }
    guard marks[layer.index] != generation else { return false }
    marks[layer.index] = generation
    members.append(layer)
    return true
  }

  /// Empties the set.
  mutating func removeAll() {
    members.removeAll(keepingCapacity: true)
    if generation == .max {
      generation = 0
      for index in marks.indices { marks[index] = 0 }
    }
    generation += 1
  }
}
