/// Where to look for matches: everywhere once, then only around what changed.
struct Candidates {
  private var touched: Set<LayerID> = []
  private var neighbourhood: [LayerID] = []
  private var isFirst = true

  /// One round over all rules.
  struct Pass {
    /// By type, those with layers in this pass.
    fileprivate var layers: [[LayerID]] = []
    /// The types with layers in this pass.
    private(set) var types: [Int] = []

    fileprivate mutating func add(_ layer: LayerID, of type: Int) {
      if layers.count <= type { layers += Array(repeating: [], count: type + 1 - layers.count) }
      if layers[type].isEmpty { types.append(type) }
      layers[type].append(layer)
    }

    /// The layers of some types, in file order.
    func layers(of types: [Int]) -> [LayerID] {
      let present = types.filter { $0 < layers.count && !layers[$0].isEmpty }
      return present.count == 1 ? layers[present[0]] : present.flatMap { layers[$0] }.sorted()
    }
  }

  /// The next round, or nil when the last one changed nothing.
  mutating func nextPass(_ graph: NetGraph) -> Pass? {
    var pass = Pass()
    if isFirst {
      isFirst = false
      for index in graph.layers.indices where graph.layers[index].isAlive {
        pass.add(LayerID(index: index), of: graph.layers[index].typeID)
      }
    } else {
      guard !touched.isEmpty else { return nil }
      for layer in touched.sorted() where graph.layers[layer.index].isAlive {
        pass.add(layer, of: graph.layers[layer.index].typeID)
      }
    }
    touched.removeAll(keepingCapacity: true)
    return pass
  }

  /// Notes what could match differently once `layers` are rewritten: they, and what is connected to them within
  /// a pattern's reach. `touchNeighbourhood` follows when they were.
  mutating func findNeighbourhood(of layers: [LayerID], in graph: NetGraph, reach: Int) {
    neighbourhood = layers
    var known = Set(layers)
    func add(_ layer: LayerID, to neighbourhood: inout [LayerID]) {
      if known.insert(layer).inserted { neighbourhood.append(layer) }
    }
    var edge = 0
    for _ in 0..<reach {
      let end = neighbourhood.count
      while edge < end {
        let layer = graph.layers[neighbourhood[edge].index]
        edge += 1
        for value in layer.bottoms {
          if let producer = graph.values[value.index].producer { add(producer, to: &neighbourhood) }
        }
        for value in layer.tops {
          // A value that very many layers read would make this quadratic; patterns are followed from their
          // last layer back, so readers beyond the first few see the change in their own search.
          for reader in graph.consumers(of: value).prefix(64) { add(reader, to: &neighbourhood) }
        }
      }
    }
  }

  /// Asks for a look at layers in the next round.
  mutating func touch(_ layers: [LayerID]) {
    touched.formUnion(layers)
  }

  /// The layers of the neighbourhood that was found last, in file order.
  var neighbours: [LayerID] { neighbourhood.sorted() }

  /// Asks for a look at the neighbourhood in the next round.
  mutating func touchNeighbourhood() {
    touched.formUnion(neighbourhood)
  }
}
