import Rules

/// What no rule may do unless it opts out by name: checked once, here, for all rules.
struct Safety {
  let graph: NetGraph
  let rule: Rule
  let binding: Binding
  /// Layers that `--skip-layer` protects or `--only-layer` leaves out.
  let isProtected: (LayerID) -> Bool

  /// The first reason against rewriting this match, or nil.
  func refusal() -> Refusal.Reason? {
    let layers = binding.allLayers
    guard rule.pattern.captures[rule.pattern.anchor].isIncluded else {
      return layers.first(where: isProtected).map { .layerSkipped(layer: $0) }
    }
    if rule.phase != .any, rule.phase.rawValue != graph.state.phase.rawValue {
      return .phase(expected: rule.phase.rawValue, found: graph.state.phase.rawValue)
    }
    if let layer = layers.first(where: isProtected) { return .layerSkipped(layer: layer) }
    return interiorRefusal(layers) ?? sharingRefusal(layers)
  }

  /// A value that one matched layer makes for another must have no other reader: it will not exist any more.
  private func interiorRefusal(_ layers: [LayerID]) -> Refusal.Reason? {
    if rule.allowances.contains(.otherConsumer) { return nil }
    // A layer of which the pattern does not say what it reads is a reader like any other.
    let readers = binding.named.filter { !rule.pattern.captures[$0.capture].bottoms.isUnspecified }
    // How many bottoms of matched layers read each value; for a few layers it is counted when it is asked.
    var reads: [ValueID: Int] = [:]
    for reader in readers where readers.count > 8 {
      for bottom in graph[reader.layer].bottoms { reads[bottom, default: 0] += 1 }
    }
    for layer in layers {
      for top in graph[layer].tops {
        let inside =
          readers.count > 8
          ? reads[top] ?? 0 : readers.reduce(0) { $0 + graph.readCount(of: top, by: $1.layer) }
        let outside = graph.consumerCount(of: top) - inside
        if inside > 0, outside > 0 {
          let matched = Set(readers.map(\.layer))
          let first = graph.consumers(of: top).lazy.filter { !matched.contains($0) }.prefix(3)
          return .otherConsumer(
            layer: layer, blob: graph.blobName(of: top), consumers: Array(first), count: outside)
        }
      }
      // A second top that nobody reads is a net output all the same.
      let isInterior = graph[layer].tops.contains { graph.consumerCount(of: $0) > 0 }
      if isInterior, rule.pattern.captures.count > 1, !rule.allowances.contains(.netOutput),
        let output = graph[layer].tops.first(where: { graph.isNetOutput($0) })
      {
        return .netOutput(layer: layer, blob: graph.blobName(of: output))
      }
    }
    return nil
  }

  private func sharingRefusal(_ layers: [LayerID]) -> Refusal.Reason? {
    if rule.allowances.contains(.sharedParameter) || graph.parameterSharers.isEmpty { return nil }
    let matched = Set(layers)
    for layer in layers {
      for case let name? in graph.definition(of: layer)?.sharedParameterNames ?? [] {
        let others = (graph.parameterSharers[name] ?? []).filter {
          !matched.contains($0) && graph[$0].isAlive
        }
        if !others.isEmpty { return .sharedParameter(layer: layer, name: name, others: others) }
      }
    }
    return nil
  }
}
