import CaffeIO
import RuleModel

/// What no rule may do unless it opts out by name: checked once, here, for all rules.
struct Safety {
  let net: WorkingNet
  let graph: NetGraph
  let rule: PlannedRule
  let binding: Binding
  let protected: ProtectedLayers
  /// Whether layers outside the match may share its parameters.
  var allowsSharing = false

  /// The first reason against rewriting this match, or nil.
  func refusal() -> Refusal.Reason? {
    let layers = binding.allLayers
    guard rule.pattern.captures[rule.pattern.anchor].isIncluded else { return protectionRefusal(layers) }
    return phaseRefusal() ?? protectionRefusal(layers) ?? meaningRefusal() ?? interiorRefusal(layers)
      ?? sharingRefusal(layers)
  }

  /// Why the rule is not for a net of this phase, or nil.
  func phaseRefusal() -> Refusal.Reason? {
    let phase = rule.rule.phase
    guard phase != .any, phase.rawValue != graph.state.phase.rawValue else { return nil }
    return Refusal.Reason(OtherPhase(expected: phase.rawValue, found: graph.state.phase.rawValue))
  }

  /// A layer is understood whole or not at all: what a field does that nobody knows, a rule that does not name it cannot keep.
  private func meaningRefusal() -> Refusal.Reason? {
    guard rule.rule.safety != .conversion, !(rule.steps.isEmpty && rule.removedCaptures.isEmpty) else {
      return nil
    }
    // A layer that is expanded needs no check: a definition does not describe a layer with unexplained fields.
    for (capture, layer) in binding.named where !rule.rewrite.expanded.contains(capture) {
      let described = net.described(layer)
      if described.unexplained.isEmpty, described.layer?.fusedReLU == nil { continue }
      let named = rule.rule.namedParameters(ofCapture: capture)
      let layouts = net.layoutIndices(for: graph[layer].type).map { net.layouts[$0] }
      if let field = described.unexplained.first(where: { field in
        !named.contains(field.path) && !layouts.contains { $0.names(field.path) }
      }) {
        return Refusal.Reason(
          UnexplainedParameter(layer: graph.named(layer), path: field.path, place: field.place))
      }
      if let relu = described.layer?.fusedReLU, !named.contains(relu.path),
        rule.mayLoseFusedReLU(ofCapture: capture)
      {
        return Refusal.Reason(EndsInReLU(layer: graph.named(layer), path: relu.path))
      }
    }
    return nil
  }

  private func protectionRefusal(_ layers: [LayerID]) -> Refusal.Reason? {
    if protected.isEmpty { return nil }
    return layers.first { protected.contains(graph.layers[$0.index].name) }.map {
      Refusal.Reason(LayerProtected(layer: graph.named($0)))
    }
  }

  /// A value that one matched layer makes for another must have no other reader: it will not exist any more.
  private func interiorRefusal(_ layers: [LayerID]) -> Refusal.Reason? {
    if rule.rule.allowances.contains(.otherConsumer) { return nil }
    // A layer of which the pattern does not say what it reads is a reader like any other.
    var readers: [LayerID] = []
    for (capture, layer) in binding.named where !rule.captures[capture].bottoms.isUnspecified {
      readers.append(layer)
    }
    // How many bottoms of matched layers read each value; for a few layers it is counted when it is asked.
    var reads: [ValueID: Int] = [:]
    for reader in readers where readers.count > 8 {
      for bottom in graph.layers[reader.index].bottoms { reads[bottom, default: 0] += 1 }
    }
    // What a step changes, it changes for all tops.
    for layer in rule.changedCaptures.lazy.flatMap(binding.layers)
    where graph.layers[layer.index].tops.count > 1 {
      let tops = graph.layers[layer.index].tops
      for top in tops where !readers.contains(where: { graph.readCount(of: top, by: $0) > 0 }) {
        if graph.isNetOutput(top) { return output(top, of: layer) }
        let count = graph.consumerCount(of: top)
        guard count > 0 else { continue }
        return consumers(graph.consumers(of: top), count: count, of: top)
      }
    }
    let keepsOutputs = rule.pattern.captures.count > 1 && !rule.rule.allowances.contains(.netOutput)
    for layer in layers {
      let tops = graph.layers[layer.index].tops
      for top in tops {
        var inside = reads[top] ?? 0
        if readers.count <= 8 { for reader in readers { inside += graph.readCount(of: top, by: reader) } }
        let outside = graph.consumerCount(of: top) - inside
        if inside > 0, outside > 0 {
          let matched = Set(readers)
          let others = graph.consumers(of: top).lazy.filter { !matched.contains($0) }
          return consumers(others, count: outside, of: top)
        }
      }
      // A second top that nobody reads is a net output all the same.
      if keepsOutputs, tops.contains(where: { graph.consumerCount(of: $0) > 0 }),
        let output = tops.first(where: { graph.isNetOutput($0) })
      {
        return self.output(output, of: layer)
      }
    }
    return nil
  }

  private func consumers(
    _ layers: some Sequence<LayerID>, count: Int, of value: ValueID
  ) -> Refusal.Reason {
    let readers = Readers(layers, count: count, in: graph)
    return Refusal.Reason(OtherConsumer(blob: graph.blobName(of: value), readers: readers))
  }

  private func output(_ value: ValueID, of layer: LayerID) -> Refusal.Reason {
    Refusal.Reason(NetOutput(layer: graph.named(layer), blob: graph.blobName(of: value)))
  }

  private func sharingRefusal(_ layers: [LayerID]) -> Refusal.Reason? {
    if allowsSharing || rule.rule.allowances.contains(.sharedParameter) || graph.parameterSharers.isEmpty {
      return nil
    }
    let matched = Set(layers)
    for layer in layers {
      for case let name? in graph.definition(of: layer)?.sharedParameterNames ?? [] {
        let others = (graph.parameterSharers[name] ?? []).filter {
          !matched.contains($0) && graph[$0].isAlive
        }
        if !others.isEmpty {
          let sharers = Readers(others, count: others.count, in: graph)
          return Refusal.Reason(
            SharedParameter(layer: graph.named(layer), parameter: name, sharers: sharers))
        }
      }
    }
    return nil
  }
}
