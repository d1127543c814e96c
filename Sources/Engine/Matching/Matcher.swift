import Rules

/// Finds a rule's pattern in a graph. Pure: it reads the graph and changes nothing.
///
/// The search begins at the pattern's anchor and walks from layers to the producers of their bottoms, which
/// is hardly ever a choice: a value has one producer. Only captures that cannot be reached this way are looked
/// for among the consumers of a value already bound.
///
/// What is a choice is bounded. Each bottom under `every` is matched on its own, with its first fit; a chain is
/// as long as it can be and gives back repetitions from its end; an optional layer is there where it fits, and is
/// tried as absent after that. Every step counts, and `Matcher.stepLimit` ends the search.
struct Matcher {
  /// How many steps one search takes at most.
  static let stepLimit = 1 << 14
  /// How many bottoms a layer has at most for `every`.
  static let everyLimit = 1 << 10

  let graph: NetGraph

  /// What came of a search at one layer.
  enum Outcome {
    /// All layers of the pattern are there and connected as it says.
    case match(Binding)
    /// Some are.
    case nearMiss(Refusal.Reason, Binding)
  }

  /// All ways in which `pattern` matches with its anchor at `anchor`, the first one only unless one is refused by `accept`.
  ///
  /// - Parameter accept: further conditions on a complete binding; nil accepts, a reason makes the search go on.
  func match(
    _ pattern: Pattern, at anchor: LayerID, accept: @escaping (Binding) -> Refusal.Reason?
  ) -> Outcome {
    var search = PatternSearch(graph: graph, pattern: pattern, accept: accept)
    if let found = search.begin(at: anchor) { return .match(found) }
    if search.isExhausted {
      return .nearMiss(
        .searchLimit(layer: anchor, limit: Self.stepLimit),
        search.nearest?.binding ?? Binding(captureCount: pattern.captures.count))
    }
    let nearest =
      search.nearest
      ?? (.connection(layer: anchor), Binding(captureCount: pattern.captures.count, anchor, pattern.anchor))
    return .nearMiss(nearest.reason, nearest.binding)
  }

  /// A layer's own properties: what can be said without its neighbours.
  static func accepts(_ capture: Capture, _ layer: LayerID, in graph: NetGraph) -> Bool {
    // Field by field: a copy of the whole layer counts references for each of its parts.
    let index = layer.index
    return graph.layers[index].isAlive && graph.layers[index].isIncluded == capture.isIncluded
      && capture.types.accepts(graph.layers[index].type)
      && (capture.nameGlob?.matches(graph.layers[index].name) ?? true)
  }
}

extension Binding {
  fileprivate init(captureCount: Int, _ layer: LayerID, _ capture: Int) {
    self.init(captureCount: captureCount)
    singles.layers[capture] = layer
  }
}
