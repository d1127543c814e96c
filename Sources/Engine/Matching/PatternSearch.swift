import Rules

/// One backtracking search; remembers the miss that came nearest.
struct PatternSearch {
  /// What is still to be shown.
  enum Goal {
    /// That `value` is what the reference says; `also` are types that a layer here could have had besides.
    case reference(BottomReference, ValueID, also: [String])
    /// That the bottoms of a bound capture are what the pattern says.
    case bottoms(Int, LayerID)
  }

  /// Goals, the next one last.
  typealias Goals = [Goal]

  /// How far the search has come.
  struct State {
    var binding: Binding
    /// The element of a group that is being matched on its own.
    var element: BoundElement?
    /// What the first layer of the repetition being matched reads.
    var entry: ValueID?
  }

  let graph: NetGraph
  let pattern: Pattern
  let accept: (Binding) -> Refusal.Reason?
  private(set) var nearest: (reason: Refusal.Reason, binding: Binding)?
  private(set) var isExhausted = false
  private var steps = 0

  init(graph: NetGraph, pattern: Pattern, accept: @escaping (Binding) -> Refusal.Reason?) {
    self.graph = graph
    self.pattern = pattern
    self.accept = accept
  }

  /// The first match with its anchor at `layer`.
  mutating func begin(at layer: LayerID) -> Binding? {
    var state = State(binding: Binding(captureCount: pattern.captures.count))
    let anchor = pattern.captures[pattern.anchor]
    if anchor.alternatives.isEmpty, anchor.group == nil {
      state.binding.singles.layers[pattern.anchor] = layer
      return solve(state, [.bottoms(pattern.anchor, layer)])?.binding
    }
    guard let top = graph[layer].tops.first else { return nil }
    return solve(state, [.reference(.top(capture: pattern.anchor, index: 0), top, also: [])])?.binding
  }

  mutating func miss(_ reason: Refusal.Reason, _ state: State) -> State? {
    var binding = state.binding
    if let element = state.element { binding.elements.append(element) }
    if binding.count > nearest?.binding.count ?? 0 { nearest = (reason, binding) }
    return nil
  }

  /// Shows all goals, and then, unless an element is matched on its own, the rest of the pattern.
  mutating func solve(_ state: State, _ goals: Goals) -> State? {
    steps += 1
    guard steps <= Matcher.stepLimit else {
      isExhausted = true
      return nil
    }
    guard let goal = goals.last else { return state.element == nil ? extendForward(state) : state }
    let rest = goals.dropLast()
    switch goal {
    case .bottoms(let capture, let layer): return follow(capture, layer, state, Goals(rest))
    case .reference(.value(let name), let value, _):
      var next = state
      if let known = next.binding.values.updateValue(value, forKey: name), known != value {
        return miss(.connection(layer: graph.consumers(of: value).first { _ in true }!), state)
      }
      return solve(next, Goals(rest))
    case .reference(.top(let capture, let index), let value, let also):
      return meet(capture, top: index, value, also, state, Goals(rest))
    }
  }

  // MARK: Bottoms

  /// Turns the bottoms of a bound layer into goals.
  private mutating func follow(_ capture: Int, _ layer: LayerID, _ state: State, _ rest: Goals) -> State? {
    let bottoms = graph.layers[layer.index].bottoms
    if let first = chain(of: capture)?.first, first == capture {
      // What the first layer of a repetition reads is looked at when all repetitions are found.
      guard bottoms.count == 1 else {
        return miss(.bottomCount(layer: layer, found: bottoms.count, expected: 1), state)
      }
      var next = state
      next.entry = bottoms[0]
      return solve(next, rest)
    }
    switch pattern.captures[capture].bottoms {
    case .unspecified: return solve(state, rest)
    case .ordered(let references):
      guard bottoms.count == references.count else {
        return miss(
          .bottomCount(layer: layer, found: bottoms.count, expected: references.count), state)
      }
      return solve(
        state, rest + zip(references, bottoms).reversed().map { .reference($0, $1, also: []) })
    case .anyOrder(let references):
      guard bottoms.count == references.count else {
        return miss(
          .bottomCount(layer: layer, found: bottoms.count, expected: references.count), state)
      }
      return assign(references[...], bottoms, state, rest)
    case .oneOf(let reference):
      for bottom in bottoms {
        if let found = solve(state, rest + [.reference(reference, bottom, also: [])]) { return found }
      }
      return nil
    case .among(let references):
      guard bottoms.count >= references.count else {
        return miss(
          .bottomCount(layer: layer, found: bottoms.count, expected: references.count), state)
      }
      return assign(references[...], bottoms, state, rest)
    case .adjacent(let references): return matchAdjacent(references, bottoms, of: layer, state, rest)
    case .every(let reference): return matchEvery(reference, bottoms, of: layer, state, rest)
    }
  }

  /// Gives each reference one of the bottoms that are left. The order is settled before the rest of the pattern is
  /// looked at, as far as one layer tells.
  private mutating func assign(
    _ references: ArraySlice<BottomReference>, _ bottoms: [ValueID], _ state: State, _ rest: Goals
  ) -> State? {
    guard let reference = references.first else { return solve(state, rest) }
    for index in bottoms.indices {
      // The same value twice is the same choice twice.
      if bottoms[..<index].contains(bottoms[index]) { continue }
      var left = bottoms
      let bottom = left.remove(at: index)
      let others = references.dropFirst()
      // The last of a list that takes all bottoms is left without a choice.
      if others.isEmpty, left.isEmpty {
        return solve(state, rest + [.reference(reference, bottom, also: [])])
      }
      guard fits(reference, bottom, state) else {
        _ = mismatch(reference, bottom, state)
        continue
      }
      if let found = assign(others, left, state, rest + [.reference(reference, bottom, also: [])]) {
        return found
      }
      if isExhausted { return nil }
      steps += 1
    }
    return nil
  }

  /// Tries the references at each run of neighbouring bottoms, where each fits as far as one layer tells.
  private mutating func matchAdjacent(
    _ references: [BottomReference], _ bottoms: [ValueID], of layer: LayerID, _ state: State, _ rest: Goals
  ) -> State? {
    guard bottoms.count >= references.count else {
      return miss(
        .bottomCount(layer: layer, found: bottoms.count, expected: references.count), state)
    }
    for start in 0...(bottoms.count - references.count) {
      let pairs = zip(references, bottoms[start...])
      if let misfit = pairs.first(where: { !fits($0, $1, state) }) {
        _ = mismatch(misfit.0, misfit.1, state)
        continue
      }
      if let found = solve(state, rest + pairs.reversed().map { .reference($0, $1, also: []) }) {
        return found
      }
      if isExhausted { return nil }
      steps += 1
    }
    return nil
  }

  private mutating func matchEvery(
    _ reference: BottomReference, _ bottoms: [ValueID], of layer: LayerID, _ state: State, _ rest: Goals
  ) -> State? {
    guard !bottoms.isEmpty else { return miss(.bottomCount(layer: layer, found: 0, expected: 1), state) }
    guard bottoms.count <= Matcher.everyLimit, let group = reference.capture.flatMap(group(of:)) else {
      return miss(.tooManyBottoms(layer: layer, found: bottoms.count, limit: Matcher.everyLimit), state)
    }
    var matched = state
    for (place, bottom) in bottoms.enumerated() {
      matched.element = BoundElement(
        group: group, place: place, bound: BoundLayers(captureCount: pattern.captures.count))
      guard var found = solve(matched, [.reference(reference, bottom, also: [])]), let element = found.element
      else { return nil }
      found.binding.elements.append(element)
      found.element = nil
      matched = found
    }
    return solve(matched, rest)
  }

  // MARK: References

  /// Shows that `value` is a top of `capture`, in whatever form the capture has.
  private mutating func meet(
    _ capture: Int, top: Int, _ value: ValueID, _ also: [String], _ state: State, _ rest: Goals
  ) -> State? {
    if let known = layer(of: capture, in: state) {
      guard graph[known].tops.indices.contains(top), graph[known].tops[top] == value else {
        return miss(.connection(layer: known), state)
      }
      return solve(state, rest)
    }
    if state.element?.group != group(of: capture), let chain = chain(endingWith: capture) {
      if state.binding.singles.absent.contains(capture) {
        return solve(state, rest + [.reference(chain.source, value, also: also)])
      }
      return matchChain(chain, capture, value, also, state, rest)
    }
    let alternatives = pattern.captures[capture].alternatives
    if !alternatives.isEmpty { return choose(among: alternatives, capture, value, also, state, rest) }
    guard pattern.captures[capture].isOptional else {
      return bind(capture, top: top, value, also, state, rest)
    }
    let source = pattern.captures[capture].bottoms.references[0]
    var also = also
    if !isAbsent(capture, in: state) {
      if binds(capture, top: top, value, state),
        let found = bind(capture, top: top, value, also, state, rest)
      {
        return found
      }
      also += pattern.captures[capture].types.names
    }
    var next = state
    next.update(isElement: group(of: capture) != nil) { $0.absent.append(capture) }
    return solve(next, rest + [.reference(source, value, also: also)])
  }

  /// Binds a capture to the layer that makes `value`.
  private mutating func bind(
    _ capture: Int, top: Int, _ value: ValueID, _ also: [String], _ state: State, _ rest: Goals
  ) -> State? {
    guard binds(capture, top: top, value, state), let producer = graph[value].producer else {
      return mismatch(.top(capture: capture, index: top), value, also: also, state)
    }
    var next = state
    next.update(isElement: group(of: capture) != nil) { $0.layers[capture] = producer }
    return solve(next, rest + [.bottoms(capture, producer)])
  }

  private mutating func choose(
    among alternatives: [Int], _ name: Int, _ value: ValueID, _ also: [String], _ state: State, _ rest: Goals
  ) -> State? {
    let fitting = alternatives.filter { fits(.top(capture: $0, index: 0), value, state) }
    if fitting.isEmpty { return mismatch(.top(capture: name, index: 0), value, also: also, state) }
    for alternative in fitting {
      var next = state
      next.update(isElement: group(of: name) != nil) { $0.choices.append((name, alternative)) }
      let goal = Goal.reference(.top(capture: alternative, index: 0), value, also: also)
      if let found = solve(next, rest + [goal]) { return found }
    }
    return nil
  }

  /// Takes as many repetitions as there are, then gives back from the one nearest the input.
  private mutating func matchChain(
    _ chain: Chain, _ last: Int, _ value: ValueID, _ also: [String], _ state: State, _ rest: Goals
  ) -> State? {
    let end = BottomReference.top(capture: last, index: 0)
    var states = [(state: state, value: value)]
    while states.count <= chain.times.upperBound, let (before, entry) = states.last,
      binds(last, top: 0, entry, before)
    {
      var next = before
      next.element = BoundElement(
        group: chain.group, place: states.count - 1,
        bound: BoundLayers(captureCount: pattern.captures.count))
      guard var found = solve(next, [.reference(end, entry, also: [])]), let element = found.element,
        let read = found.entry
      else { break }
      found.binding.elements.append(element)
      (found.element, found.entry) = (nil, nil)
      states.append((found, read))
    }
    guard states.count > chain.times.lowerBound else {
      if states.count == 1 { return mismatch(end, value, also: also, state) }
      return miss(
        .chainLength(
          blob: graph.blobName(of: value), found: states.count - 1, least: chain.times.lowerBound), state)
    }
    let names = pattern.captures[last].types.names
    for count in stride(from: states.count - 1, through: chain.times.lowerBound, by: -1) {
      var (next, read) = states[count]
      if count == 0 { next.binding.singles.absent.append(last) }
      next.binding.order(chain.group)
      let more = count < chain.times.upperBound ? also + names : also
      if let found = solve(next, rest + [.reference(chain.source, read, also: more)]) { return found }
    }
    return nil
  }

  // MARK: Readers

  /// Looks for a capture that reads something already bound; without one the binding is complete.
  private mutating func extendForward(_ state: State) -> State? {
    var isOpen = false
    for capture in pattern.forward
    where state.binding.singles.layers[capture] == nil && !state.binding.singles.absent.contains(capture) {
      isOpen = true
      for reference in pattern.captures[capture].bottoms.references {
        guard let value = bound(reference, in: state) else { continue }
        for consumer in graph.consumers(of: value)
        where Matcher.accepts(pattern.captures[capture], consumer, in: graph)
          && !state.binding.contains(consumer)
        {
          var next = state
          next.binding.singles.layers[capture] = consumer
          if let found = solve(next, [.bottoms(capture, consumer)]) { return found }
          if isExhausted { return nil }
        }
        guard pattern.captures[capture].isOptional else { return nil }
        var next = state
        next.binding.singles.absent.append(capture)
        return solve(next, [])
      }
    }
    if isOpen { return nil }
    var complete = state
    complete.binding.isComplete = true
    steps += 3
    if let reason = accept(complete.binding) { return miss(reason, complete) }
    return complete
  }
}
