import RuleModel

/// A rule that almost rewrote something, as the planner remembers it. Most are forgotten again, so facts are gathered last.
enum Miss: Sendable {
  /// The first bottom of the anchor is made by a layer that the pattern does not accept, or by none: nine of ten misses.
  case firstStep(ValueID)
  /// Any other.
  case search(MissedSearch)

  init(_ reason: Refusal.Reason, _ binding: Binding) { self = .search(MissedSearch(reason, binding)) }

  /// The number of layers that had been found.
  var count: Int {
    switch self {
    case .firstStep: 1
    case .search(let search): search.binding.count
    }
  }

  /// Whether all layers of the pattern had been found.
  var isComplete: Bool {
    switch self {
    case .firstStep: false
    case .search(let search): search.binding.isComplete
    }
  }

  /// Why `rule` did nothing at `anchor`.
  func reason(of rule: PlannedRule, at anchor: LayerID, in graph: NetGraph) -> Refusal.Reason {
    switch self {
    case .search(let search): return search.reason
    case .firstStep(let value):
      let (reader, blob) = (graph.named(anchor), graph.blobName(of: value))
      guard let producer = graph.values[value.index].producer else {
        return Refusal.Reason(
          NoProducer(reader: reader, blob: blob, isInput: !graph.isUndefined(blob)))
      }
      return Refusal.Reason(
        ProducerType(
          reader: reader, blob: blob, found: graph.named(producer),
          expected: rule.firstStep.map { rule.captures[$0.capture].typeNames } ?? []))
    }
  }

  /// The miss at `anchor` as reports show it; `layer` is the one whose staying it explains.
  func refusal(of rule: PlannedRule, at anchor: LayerID, explaining layer: LayerID, in graph: NetGraph)
    -> Refusal
  {
    var found = [(capture: rule.pattern.anchor, layer: anchor)]
    if case .search(let search) = self { found = search.binding.named }
    return Refusal(
      rule: rule.rule.id, layer: graph.named(layer), reason: reason(of: rule, at: anchor, in: graph),
      bindings: found.map { (rule.pattern.captures[$0.capture].name, graph.named($0.layer)) },
      isComplete: isComplete)
  }
}

/// How far a search came, and what stopped it.
final class MissedSearch: Sendable {
  let reason: Refusal.Reason
  /// What had been found.
  let binding: Binding

  init(_ reason: Refusal.Reason, _ binding: Binding) {
    self.reason = reason
    self.binding = binding
  }
}
