import Rules

/// Where to look for matches: everywhere once, then only around what changed.
struct Candidates {
  private var touched: Set<LayerID>?
  private var isFirst = true

  /// One round over all rules.
  struct Pass {
    fileprivate let byType: [String: [LayerID]]

    /// The layers of this pass that an anchor may stand for, in file order.
    func layers(accepting types: TypePattern, in graph: NetGraph) -> [LayerID] {
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
    var byType: [String: [LayerID]] = [:]
    if isFirst {
      isFirst = false
      for index in graph.layers.indices where graph.layers[index].isAlive {
        byType[graph.layers[index].type, default: []].append(LayerID(index: index))
      }
    } else {
      guard let touched, !touched.isEmpty else { return nil }
      for layer in touched.sorted() where graph[layer].isAlive {
        byType[graph[layer].type, default: []].append(layer)
      }
    }
    touched = []
    return Pass(byType: byType)
  }

  /// What could match differently once `layers` are rewritten: they, and what is connected to them within a pattern's reach.
  func neighbours(of layers: [LayerID], in graph: NetGraph, reach: Int) -> Set<LayerID> {
    var found = Set(layers)
    var edge = found
    for _ in 0..<reach {
      var next: Set<LayerID> = []
      for layer in edge {
        for value in graph[layer].bottoms {
          if let producer = graph[value].producer, found.insert(producer).inserted { next.insert(producer) }
        }
        for value in graph[layer].tops {
          // A value that very many layers read would make this quadratic; patterns are followed from their
          // last layer back, so readers beyond the first few see the change in their own search.
          for consumer in graph[value].consumers.prefix(64) where found.insert(consumer).inserted {
            next.insert(consumer)
          }
        }
      }
      edge = next
    }
    return found
  }

  /// Asks for a look at `layers` in the next round.
  mutating func touch(_ layers: Set<LayerID>) { touched = (touched ?? []).union(layers) }
}
