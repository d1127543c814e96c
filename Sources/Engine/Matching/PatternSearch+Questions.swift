import RuleModel

// What a search asks of the pattern, of its state and of the layer at hand, without going further.

extension PatternSearch {
  /// A chain of repetitions.
  struct Chain {
    var group: Int
    var times: ClosedRange<Int>
    var first: Int
    /// What the whole chain reads.
    var source: BottomReference
  }

  func group(of capture: Int) -> Int? { rule.captures[capture].group }

  /// The chain that a capture is in.
  func chain(of capture: Int) -> Chain? {
    guard let group = group(of: capture),
      case .chain(let times, let first, _) = rule.pattern.groups[group].kind
    else { return nil }
    return Chain(
      group: group, times: times, first: first, source: rule.captures[first].bottoms.references[0])
  }

  /// The chain whose last layer a capture is.
  func chain(endingWith capture: Int) -> Chain? {
    guard let group = group(of: capture), case .chain(_, _, capture) = rule.pattern.groups[group].kind else {
      return nil
    }
    return chain(of: capture)
  }

  /// The layer of a capture, if it is found: of a chain its last one.
  func layer(of capture: Int) -> LayerID? {
    guard let group = group(of: capture) else { return state.binding.singles.layer(of: capture) }
    if let element = state.element, element.group == group { return element.bound.layer(of: capture) }
    return state.binding.elements.last { $0.group == group }?.bound.layer(of: capture)
  }

  func isAbsent(_ capture: Int) -> Bool {
    if let element = state.element, element.group == group(of: capture) {
      return element.bound.absent.contains(capture)
    }
    return state.binding.singles.absent.contains(capture)
  }

  /// The value that a reference means, if what it refers to is found.
  func bound(_ reference: BottomReference) -> ValueID? {
    switch reference {
    case .value(let name): return state.binding.values[name]
    case .top(let capture, let index):
      if let layer = layer(of: capture) {
        let tops = graph[layer].tops
        return tops.indices.contains(index) ? tops[index] : nil
      }
      guard isAbsent(capture) else { return nil }
      let source = chain(endingWith: capture)?.source ?? rule.captures[capture].bottoms.references[0]
      return bound(source)
    }
  }

  /// Whether `value` can be what the reference says, as far as the layer that makes it tells by itself.
  func fits(_ reference: BottomReference, _ value: ValueID) -> Bool {
    switch reference {
    case .value(let name): return state.binding.values[name].map { $0 == value } ?? true
    case .top(let capture, let index):
      let alternatives = rule.captures[capture].alternatives
      if !alternatives.isEmpty {
        return alternatives.contains { fits(.top(capture: $0, index: 0), value) }
      }
      if binds(capture, top: index, value) { return true }
      // What stands for it when it is absent.
      if let chain = chain(endingWith: capture) {
        return chain.times.lowerBound == 0 && fits(chain.source, value)
      }
      return rule.captures[capture].isOptional
        && fits(rule.captures[capture].bottoms.references[0], value)
    }
  }

  /// Whether a capture can stand for the layer that makes `value`.
  func binds(_ capture: Int, top index: Int, _ value: ValueID) -> Bool {
    guard let producer = graph.values[value.index].producer,
      rule.captures[capture].accepts(producer, in: graph)
    else { return false }
    let tops = graph.layers[producer.index].tops
    guard tops.indices.contains(index), tops[index] == value else { return false }
    if layer(of: capture) == producer { return true }
    // Two captures never stand for one layer.
    return !state.binding.contains(producer) && !(state.element?.bound.layers.contains(producer) ?? false)
  }

  /// Notes why `fits` is false; always false.
  mutating func mismatch(_ reference: BottomReference, _ reading: Reading) -> Bool {
    guard case .top(let capture, _) = reference else { return false }
    let (reader, blob) = (graph.named(reading.reader), graph.blobName(of: reading.value))
    guard let producer = graph.values[reading.value.index].producer else {
      return miss(NoProducer(reader: reader, blob: blob, isInput: !graph.isUndefined(blob)))
    }
    let alternatives = rule.captures[capture].alternatives
    let isAccepted =
      alternatives.isEmpty
      ? rule.captures[capture].accepts(producer, in: graph)
      : alternatives.contains { rule.captures[$0].accepts(producer, in: graph) }
    guard !isAccepted else { return miss(OtherConnection(layer: graph.named(producer))) }
    var expected = rule.captures[capture].typeNames
    for name in reading.also where !expected.contains(name) { expected.append(name) }
    return miss(
      ProducerType(reader: reader, blob: blob, found: graph.named(producer), expected: expected))
  }
}

extension PatternSearch.State {
  /// Changes what is bound: in the element being matched for captures of its group, else outside.
  mutating func update(isElement: Bool, _ change: (inout BoundLayers) -> Void) {
    if isElement, element != nil {
      change(&element!.bound)
    } else {
      change(&binding.singles)
    }
  }
}

extension Binding {
  /// Puts the repetitions of a chain, found from its end, into their order from input to output.
  mutating func order(_ group: Int) {
    let chained = elements.indices.filter { elements[$0].group == group }
    let found = chained.map { elements[$0] }
    for (place, (index, element)) in zip(chained, found.reversed()).enumerated() {
      elements[index] = element
      elements[index].place = place
    }
  }
}
