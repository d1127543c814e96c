import RuleModel

/// One backtracking search; remembers the miss that came nearest.
///
/// It changes its state in place. Where it has a choice it keeps the state first, and goes back to it for the next
/// one; most patterns have none.
struct PatternSearch {
  /// One bottom of a layer.
  struct Reading {
    var value: ValueID
    /// The layer that reads it.
    var reader: LayerID
    /// Types that the layer which makes it could have had too: those of optional layers that are absent.
    var also: [String] = []
  }

  /// What is still to be shown.
  enum Goal {
    /// That a bottom is what the reference says.
    case reference(BottomReference, Reading)
    /// That the bottoms of a bound capture are what the pattern says.
    case bottoms(Int, LayerID)
  }

  /// How far the search has come.
  struct State {
    var binding: Binding
    /// The element of a group that is being matched on its own.
    var element: BoundElement?
    /// What the first layer of the repetition being matched reads.
    var entry: ValueID?
  }

  let graph: NetGraph
  let rule: PlannedRule
  private let matcher: Matcher
  private(set) var state: State
  /// The next one last.
  private var goals: [Goal] = []
  private(set) var nearest: MissedSearch?
  private(set) var isExhausted = false
  private var start = LayerID(index: 0)
  private var steps = 0

  init(graph: NetGraph, rule: PlannedRule, matcher: Matcher) {
    self.graph = graph
    self.rule = rule
    self.matcher = matcher
    state = State(binding: rule.unbound)
  }

  /// The first match with its anchor at `layer`.
  mutating func begin(at layer: LayerID) -> Binding? {
    start = layer
    let anchor = rule.pattern.anchor
    if rule.captures[anchor].alternatives.isEmpty, group(of: anchor) == nil {
      state.binding.singles.layers[anchor] = layer
      goals.append(.bottoms(anchor, layer))
    } else {
      guard let top = graph.layers[layer.index].tops.first else { return beginWithoutTops(at: layer) }
      goals.append(.reference(.top(capture: anchor, index: 0), Reading(value: top, reader: layer)))
    }
    return solve() ? state.binding : nil
  }

  /// The first match whose anchor is one of several captures, at a layer that makes nothing, such as a Silence.
  private mutating func beginWithoutTops(at layer: LayerID) -> Binding? {
    let anchor = rule.pattern.anchor
    let before = (state, goals)
    for capture in rule.captures[anchor].alternatives where rule.captures[capture].accepts(layer, in: graph) {
      state.binding.singles.choices.append((anchor, capture))
      state.binding.singles.layers[capture] = layer
      goals.append(.bottoms(capture, layer))
      if solve() { return state.binding }
      (state, goals) = before
    }
    return nil
  }

  /// Notes why the search does not go on here; always false.
  mutating func miss(_ reason: some RefusalReason) -> Bool { miss(Refusal.Reason(reason)) }

  private mutating func miss(_ reason: Refusal.Reason) -> Bool {
    let count = state.binding.count + (state.element?.bound.count ?? 0)
    if count > nearest?.binding.count ?? 0 {
      var binding = state.binding
      if let element = state.element { binding.elements.append(element) }
      nearest = MissedSearch(reason, binding)
    }
    return false
  }

  /// Shows all goals, and then, unless an element is matched on its own, the rest of the pattern.
  private mutating func solve() -> Bool {
    steps += 1
    guard steps <= Matcher.stepLimit else {
      isExhausted = true
      return false
    }
    guard let goal = goals.popLast() else { return state.element == nil ? extendForward() : true }
    switch goal {
    case .bottoms(let capture, let layer): return follow(capture, layer)
    case .reference(.value(let name), let reading):
      if let known = state.binding.values[name] {
        if known != reading.value { return miss(OtherConnection(layer: graph.named(reading.reader))) }
      } else {
        state.binding.values[name] = reading.value
      }
      return solve()
    case .reference(.top(let capture, let index), let reading):
      return meet(capture, top: index, reading)
    }
  }

  /// Shows that a bottom is what the reference says, and all other goals.
  private mutating func solve(_ reference: BottomReference, _ reading: Reading) -> Bool {
    goals.append(.reference(reference, reading))
    return solve()
  }

  // MARK: Bottoms

  /// Turns the bottoms of a bound layer into goals.
  private mutating func follow(_ capture: Int, _ layer: LayerID) -> Bool {
    let bottoms = graph.layers[layer.index].bottoms
    if let first = chain(of: capture)?.first, first == capture {
      // What the first layer of a repetition reads is looked at when all repetitions are found.
      guard bottoms.count == 1 else {
        return miss(BottomCount(layer: graph.named(layer), found: bottoms.count, expected: 1))
      }
      state.entry = bottoms[0]
      return solve()
    }
    switch rule.captures[capture].bottoms {
    case .unspecified: return solve()
    case .ordered(let references):
      guard bottoms.count == references.count else {
        return miss(BottomCount(layer: graph.named(layer), found: bottoms.count, expected: references.count))
      }
      for index in references.indices.reversed() {
        goals.append(.reference(references[index], Reading(value: bottoms[index], reader: layer)))
      }
      return solve()
    case .anyOrder(let references):
      guard bottoms.count == references.count else {
        return miss(BottomCount(layer: graph.named(layer), found: bottoms.count, expected: references.count))
      }
      return assign(references[...], bottoms, of: layer)
    case .oneOf(let reference):
      let before = (state, goals)
      for bottom in bottoms {
        if solve(reference, Reading(value: bottom, reader: layer)) { return true }
        (state, goals) = before
      }
      return false
    case .among(let references):
      guard bottoms.count >= references.count else {
        return miss(BottomCount(layer: graph.named(layer), found: bottoms.count, expected: references.count))
      }
      // A value that stands there twice counts twice: taking it out once would change what is computed.
      guard bottoms.count <= Matcher.everyLimit else {
        return miss(
          TooManyBottoms(layer: graph.named(layer), found: bottoms.count, limit: Matcher.everyLimit))
      }
      let repeated = repeatedValues(bottoms)
      let single = bottoms.filter { !repeated.contains($0) }
      guard single.count >= references.count else { return miss(OtherConnection(layer: graph.named(layer))) }
      return assign(references[...], single, of: layer)
    case .adjacent(let references): return matchAdjacent(references, bottoms, of: layer)
    case .every(let reference): return matchEvery(reference, bottoms, of: layer)
    }
  }

  /// Gives each reference one of the bottoms that are left. The order is decided before the rest of the pattern is
  /// looked at, as far as one layer tells.
  private mutating func assign(
    _ references: ArraySlice<BottomReference>, _ bottoms: [ValueID], of layer: LayerID
  ) -> Bool {
    guard let reference = references.first else { return solve() }
    let before = (state, goals)
    for index in bottoms.indices {
      // The same value twice is the same choice twice.
      if bottoms[..<index].contains(bottoms[index]) { continue }
      var left = bottoms
      let bottom = Reading(value: left.remove(at: index), reader: layer)
      let others = references.dropFirst()
      // The last of a list that takes all bottoms is left without a choice.
      if others.isEmpty, left.isEmpty { return solve(reference, bottom) }
      guard fits(reference, bottom.value) else {
        _ = mismatch(reference, bottom)
        continue
      }
      goals.append(.reference(reference, bottom))
      if assign(others, left, of: layer) { return true }
      if isExhausted { return false }
      steps += 1
      (state, goals) = before
    }
    return false
  }

  /// The values that stand several times among the bottoms of a layer.
  private func repeatedValues(_ bottoms: [ValueID]) -> Set<ValueID> {
    var seen: Set<ValueID> = []
    var repeated: Set<ValueID> = []
    for bottom in bottoms where !seen.insert(bottom).inserted { repeated.insert(bottom) }
    return repeated
  }

  /// Tries the references at each run of neighbouring bottoms, where each fits as far as one layer tells.
  private mutating func matchAdjacent(
    _ references: [BottomReference], _ bottoms: [ValueID], of layer: LayerID
  ) -> Bool {
    guard bottoms.count >= references.count else {
      return miss(BottomCount(layer: graph.named(layer), found: bottoms.count, expected: references.count))
    }
    guard bottoms.count <= Matcher.everyLimit else {
      return miss(TooManyBottoms(layer: graph.named(layer), found: bottoms.count, limit: Matcher.everyLimit))
    }
    let repeated = repeatedValues(bottoms)
    let before = (state, goals)
    for start in 0...(bottoms.count - references.count) {
      let pairs = zip(references, bottoms[start...])
      if !repeated.isEmpty, pairs.contains(where: { repeated.contains($1) }) {
        _ = miss(OtherConnection(layer: graph.named(layer)))
        continue
      }
      if let misfit = pairs.first(where: { !fits($0, $1) }) {
        _ = mismatch(misfit.0, Reading(value: misfit.1, reader: layer))
        continue
      }
      for (reference, bottom) in pairs.reversed() {
        goals.append(.reference(reference, Reading(value: bottom, reader: layer)))
      }
      if solve() { return true }
      if isExhausted { return false }
      (state, goals) = before
      steps += 1
    }
    return false
  }

  private mutating func matchEvery(
    _ reference: BottomReference, _ bottoms: [ValueID], of layer: LayerID
  ) -> Bool {
    guard !bottoms.isEmpty else { return miss(BottomCount(layer: graph.named(layer), found: 0, expected: 1)) }
    guard bottoms.count <= Matcher.everyLimit, let group = reference.capture.flatMap(group(of:)) else {
      return miss(TooManyBottoms(layer: graph.named(layer), found: bottoms.count, limit: Matcher.everyLimit))
    }
    let rest = goals
    for (place, bottom) in bottoms.enumerated() {
      state.element = emptyElement(of: group, place: place)
      goals = []
      guard solve(reference, Reading(value: bottom, reader: layer)), let element = state.element else {
        return false
      }
      state.binding.elements.append(element)
      state.element = nil
    }
    goals = rest
    return solve()
  }

  private func emptyElement(of group: Int, place: Int) -> BoundElement {
    BoundElement(
      group: group, place: place, bound: BoundLayers(captureCount: rule.pattern.captures.count))
  }

  // MARK: References

  /// Shows that a bottom is a top of `capture`, in whatever form the capture has.
  private mutating func meet(_ capture: Int, top: Int, _ reading: Reading) -> Bool {
    if let known = layer(of: capture) {
      let tops = graph.layers[known.index].tops
      guard tops.indices.contains(top), tops[top] == reading.value else {
        return miss(OtherConnection(layer: graph.named(known)))
      }
      return solve()
    }
    if state.element?.group != group(of: capture), let chain = chain(endingWith: capture) {
      if state.binding.singles.absent.contains(capture) { return solve(chain.source, reading) }
      return matchChain(chain, capture, reading)
    }
    if !rule.captures[capture].alternatives.isEmpty { return choose(capture, reading) }
    guard rule.captures[capture].isOptional else { return bind(capture, top: top, reading) }
    let source = rule.captures[capture].bottoms.references[0]
    var reading = reading
    if !isAbsent(capture) {
      if binds(capture, top: top, reading.value) {
        let before = (state, goals)
        if bind(capture, top: top, reading) { return true }
        (state, goals) = before
      }
      reading.also += rule.captures[capture].typeNames
    }
    state.update(isElement: group(of: capture) != nil) { $0.absent.append(capture) }
    return solve(source, reading)
  }

  /// Binds a capture to the layer that makes a bottom.
  private mutating func bind(_ capture: Int, top: Int, _ reading: Reading) -> Bool {
    guard binds(capture, top: top, reading.value),
      let producer = graph.values[reading.value.index].producer
    else { return mismatch(.top(capture: capture, index: top), reading) }
    state.update(isElement: group(of: capture) != nil) { $0.layers[capture] = producer }
    goals.append(.bottoms(capture, producer))
    return solve()
  }

  private mutating func choose(_ name: Int, _ reading: Reading) -> Bool {
    let fitting = rule.captures[name].alternatives.filter {
      fits(.top(capture: $0, index: 0), reading.value)
    }
    if fitting.isEmpty { return mismatch(.top(capture: name, index: 0), reading) }
    let before = (state, goals)
    for alternative in fitting {
      state.update(isElement: group(of: name) != nil) { $0.choices.append((name, alternative)) }
      if solve(.top(capture: alternative, index: 0), reading) { return true }
      (state, goals) = before
    }
    return false
  }

  /// Takes as many repetitions as there are, then gives up repetitions one by one, from the one nearest the input.
  private mutating func matchChain(_ chain: Chain, _ last: Int, _ reading: Reading) -> Bool {
    let end = BottomReference.top(capture: last, index: 0)
    let rest = goals
    // Before the first repetition, and after each.
    var states = [(state: state, read: reading)]
    while states.count <= chain.times.upperBound {
      let entry = states[states.count - 1].read
      guard binds(last, top: 0, entry.value) else { break }
      state.element = emptyElement(of: chain.group, place: states.count - 1)
      goals = []
      guard solve(end, entry), let element = state.element, let read = state.entry,
        let first = element.bound.layer(of: chain.first)
      else { break }
      state.binding.elements.append(element)
      (state.element, state.entry) = (nil, nil)
      states.append((state, Reading(value: read, reader: first, also: reading.also)))
    }
    guard states.count > chain.times.lowerBound else {
      state = states[0].state
      if states.count == 1 { return mismatch(end, reading) }
      return miss(
        ChainLength(
          blob: graph.blobName(of: reading.value), found: states.count - 1, least: chain.times.lowerBound))
    }
    for count in stride(from: states.count - 1, through: chain.times.lowerBound, by: -1) {
      (state, goals) = (states[count].state, rest)
      if count == 0 { state.binding.singles.absent.append(last) }
      state.binding.order(chain.group)
      var read = states[count].read
      if count < chain.times.upperBound { read.also += rule.captures[last].typeNames }
      if solve(chain.source, read) { return true }
    }
    return false
  }

  // MARK: Readers

  /// Looks for a capture that reads something already bound; without one the binding is complete.
  private mutating func extendForward() -> Bool {
    var isOpen = false
    for capture in rule.pattern.forward
    where state.binding.singles.layers[capture] == nil && !state.binding.singles.absent.contains(capture) {
      isOpen = true
      for reference in rule.captures[capture].bottoms.references {
        guard let value = bound(reference) else { continue }
        let before = state
        for consumer in graph.consumers(of: value)
        where rule.captures[capture].accepts(consumer, in: graph)
          && !state.binding.contains(consumer)
        {
          state.binding.singles.layers[capture] = consumer
          goals = [.bottoms(capture, consumer)]
          if solve() { return true }
          if isExhausted { return false }
          state = before
        }
        guard rule.captures[capture].isOptional else { return false }
        state.binding.singles.absent.append(capture)
        goals = []
        return solve()
      }
    }
    if isOpen { return false }
    state.binding.isComplete = true
    steps += 3
    if let reason = matcher.refusal(of: rule, at: start, state.binding, in: graph) { return miss(reason) }
    return true
  }
}
