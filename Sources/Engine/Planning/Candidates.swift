/// Where to look for matches: everywhere once, then only around what changed.
struct Candidates {
  private var touched: LayerSet
  private var neighbourhood: LayerSet
  private var isFirst = true

  /// So many bottoms, tops and readers of a value are followed.
  private static let mostConnections = 64

  /// Nothing looked at yet.
  init(_ graph: NetGraph) {
    touched = LayerSet(layerCount: graph.layers.count)
    neighbourhood = touched
  }

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
      for layer in touched.members.sorted() where graph.layers[layer.index].isAlive {
        pass.add(layer, of: graph.layers[layer.index].typeID)
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
    let (layers, values) = (graph.layers, graph.values)
    var edge = 0
    for _ in 0..<reach {
      let end = neighbourhood.members.count
      while edge < end {
        let layer = neighbourhood.members[edge].index
        edge += 1
        // Connections beyond the first few are left out: a layer with very many, or a value that very many layers read, would make
        // this quadratic. Patterns are followed from their last layer back, so those layers see the change in their own search.
        for value in layers[layer].bottoms.prefix(Self.mostConnections) {
          if let producer = values[value.index].producer { neighbourhood.insert(producer) }
        }
        for value in layers[layer].tops.prefix(Self.mostConnections) {
          graph.forEachConsumer(of: value, atMost: Self.mostConnections) { neighbourhood.insert($0) }
        }
      }
    }
  }

  /// Asks for a look at layers in the next round.
  mutating func touch(_ layers: [LayerID]) {
    for layer in layers { touched.insert(layer) }
  }

  /// The layers of the neighbourhood that was found last, in file order.
  var neighbours: [LayerID] { neighbourhood.members.sorted() }

  /// Asks for a look at the neighbourhood in the next round.
  mutating func touchNeighbourhood() {
    for layer in neighbourhood.members { touched.insert(layer) }
  }
}
