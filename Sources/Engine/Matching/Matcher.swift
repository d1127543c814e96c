import Rules

/// Finds a rule's pattern in a graph. Pure: it reads the graph and changes nothing.
///
/// The search begins at the pattern's anchor and walks from layers to the producers of their bottoms, which
/// is never a choice: a value has one producer. Only captures that cannot be reached this way are looked
/// for among the consumers of a value already bound.
struct Matcher {
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
    var search = Search(matcher: self, pattern: pattern, accept: accept)
    var binding = Binding(captureCount: pattern.captures.count)
    binding.layers[pattern.anchor] = anchor
    if let found = search.extend(binding, pending: [pattern.anchor][...]) { return .match(found) }
    let nearest = search.nearest ?? (reason: Refusal.Reason.connection(layer: anchor), binding: binding)
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

/// One backtracking search; remembers the miss that came nearest.
private struct Search {
  let matcher: Matcher
  let pattern: Pattern
  let accept: (Binding) -> Refusal.Reason?
  var nearest: (reason: Refusal.Reason, binding: Binding)?

  var graph: NetGraph { matcher.graph }

  mutating func miss(_ reason: Refusal.Reason, _ binding: Binding) -> Binding? {
    if binding.count > nearest?.binding.count ?? 0 { nearest = (reason, binding) }
    return nil
  }

  /// Extends `binding` to all captures; `pending` are bound captures whose bottoms are still to be followed.
  mutating func extend(_ binding: Binding, pending: ArraySlice<Int>) -> Binding? {
    guard let capture = pending.first else { return extendForward(binding) }
    let bottoms = graph.layers[binding[capture].index].bottoms
    let rest = pending.dropFirst()
    let references: [BottomReference]
    switch pattern.captures[capture].bottoms {
    case .unspecified: return extend(binding, pending: rest)
    case .ordered(let list), .anyOrder(let list): references = list
    case .oneOf(let reference):
      for bottom in bottoms {
        if let found = follow([(reference, bottom)], binding, pending: rest) { return found }
      }
      return nil
    }
    guard bottoms.count == references.count else {
      return miss(
        .bottomCount(layer: binding[capture], found: bottoms.count, expected: references.count),
        binding)
    }
    if case .anyOrder = pattern.captures[capture].bottoms {
      for order in permutations(of: bottoms) {
        if let found = follow(Array(zip(references, order)), binding, pending: rest) { return found }
      }
      return nil
    }
    return follow(Array(zip(references, bottoms)), binding, pending: rest)
  }

  /// Binds what each bottom must be, then goes on.
  private mutating func follow(
    _ pairs: [(BottomReference, ValueID)], _ binding: Binding, pending: ArraySlice<Int>
  ) -> Binding? {
    var binding = binding
    var pending = Array(pending)
    for (reference, value) in pairs {
      switch reference {
      case .value(let name):
        if let known = binding.values[name], known != value {
          return miss(.connection(layer: graph.consumers(of: value).first { _ in true }!), binding)
        }
        binding.values[name] = value
      case .top(let capture, let index):
        guard let producer = graph[value].producer else {
          return miss(.noProducer(blob: graph.blobName(of: value)), binding)
        }
        guard Matcher.accepts(pattern.captures[capture], producer, in: graph) else {
          return miss(
            .producerType(
              blob: graph.blobName(of: value), found: producer, foundType: graph[producer].type,
              expected: pattern.captures[capture].types.names), binding)
        }
        let tops = graph.layers[producer.index].tops
        guard tops.indices.contains(index), tops[index] == value else {
          return miss(.connection(layer: producer), binding)
        }
        if let known = binding.layers[capture] {
          guard known == producer else { return miss(.connection(layer: producer), binding) }
        } else if binding.layers.contains(producer) {
          // Two captures never stand for one layer.
          return miss(.connection(layer: producer), binding)
        } else {
          binding.layers[capture] = producer
          pending.append(capture)
        }
      }
    }
    return extend(binding, pending: pending[...])
  }

  /// Looks for a capture that reads something already bound; without one the binding is complete.
  private mutating func extendForward(_ binding: Binding) -> Binding? {
    guard let capture = binding.layers.firstIndex(of: nil) else {
      if let reason = accept(binding) { return miss(reason, binding) }
      return binding
    }
    // The rule's check has made sure that some unbound capture reads a bound one or a bound value.
    for candidate in pattern.captures.indices[capture...] where binding.layers[candidate] == nil {
      for reference in pattern.captures[candidate].bottoms.references {
        guard let value = bound(reference, in: binding) else { continue }
        for consumer in graph.consumers(of: value)
        where Matcher.accepts(pattern.captures[candidate], consumer, in: graph)
          && !binding.layers.contains(consumer)
        {
          var next = binding
          next.layers[candidate] = consumer
          if let found = extend(next, pending: [candidate]) { return found }
        }
        return nil
      }
    }
    return nil
  }

  private func bound(_ reference: BottomReference, in binding: Binding) -> ValueID? {
    switch reference {
    case .value(let name): return binding.values[name]
    case .top(let capture, let index):
      guard let layer = binding.layers[capture] else { return nil }
      let tops = graph[layer].tops
      return tops.indices.contains(index) ? tops[index] : nil
    }
  }

  private func permutations(of values: [ValueID]) -> [[ValueID]] {
    guard values.count > 1 else { return [values] }
    return values.indices.flatMap { index in
      var rest = values
      let first = rest.remove(at: index)
      return permutations(of: rest).map { [first] + $0 }
    }
  }
}
