import Rules

/// Where to look for matches: everywhere once, then only around what changed.
struct Candidates {
  private var touched: LayerSet
  private var neighbourhood: LayerSet
  private var isFirst = true

  /// Nothing looked at yet.
  init(_ graph: NetGraph) {
    touched = LayerSet(layerCount: graph.layers.count)
    neighbourhood = touched
  }

  /// One round over all rules.
  struct Pass {
    fileprivate var byType: [String: [LayerID]] = [:]

    /// The layers of this pass that an anchor may stand for, in file order.
    func layers(accepting types: TypePattern) -> [LayerID] {
      if case .oneOf(let globs) = types {
        let names = globs.compactMap(\.literal)
        if names.count == globs.count {
          if names.count == 1 { return byType[names[0]] ?? [] }
          return Set(names).compactMap { byType[$0] }.joined().sorted()
        }
      }
      return byType.filter { types.accepts($0.key) }.values.joined().sorted()
    }
  }

  /// The next round, or nil when the last one changed nothing.
  mutating func nextPass(_ graph: NetGraph) -> Pass? {
    var pass = Pass()
    if isFirst {
      isFirst = false
      for index in graph.layers.indices where graph.layers[index].isAlive {
        pass.byType[graph.layers[index].type, default: []].append(LayerID(index: index))
      }
    } else {
      guard !touched.isEmpty else { return nil }
      for layer in touched.members.sorted() where graph.layers[layer.index].isAlive {
        pass.byType[graph.layers[layer.index].type, default: []].append(layer)
      }
    }
    touched.removeAll()
    return pass
  }

  /// Notes what could match differently once `layers` are rewritten: they, and what is connected to them within
  /// a pattern's reach. `touchNeighbourhood` follows when they were.
  mutating func findNeighbourhood(of layers: [LayerID], in graph: NetGraph, reach: Int) {
    neighbourhood.removeAll()
    for layer in layers { neighbourhood.insert(layer) }
    var edge = 0
    for _ in 0..<reach {
      let end = neighbourhood.members.count
      while edge < end {
        let layer = neighbourhood.members[edge].index
        edge += 1
        for value in graph.layers[layer].bottoms {
          if let producer = graph.values[value.index].producer { neighbourhood.insert(producer) }
        }
        for value in graph.layers[layer].tops {
          // A value that very many layers read would make this quadratic; patterns are followed from their
          // last layer back, so readers beyond the first few see the change in their own search.
          for consumer in graph.consumers(of: value).prefix(64) { neighbourhood.insert(consumer) }
        }
      }
    }
  }

  /// Asks for a look at layers in the next round.
  mutating func touch(_ layers: [LayerID]) {
    for layer in layers { touched.insert(layer) }
  }

  /// Asks for a look at the neighbourhood in the next round.
  mutating func touchNeighbourhood() {
    for layer in neighbourhood.members { touched.insert(layer) }
  }
}
