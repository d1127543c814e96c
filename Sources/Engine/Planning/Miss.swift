import RuleModel

/// A rule that almost rewrote something, as the planner remembers it: most are forgotten again, so words come last.
enum Miss: Sendable {
  /// The value that the anchor reads first is made by a layer that the pattern does not take there, or by none: nine of
  /// ten misses, for which nothing is kept but the value.
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

  /// Why `rule` did nothing.
  func reason(of rule: PlannedRule, in graph: NetGraph) -> Refusal.Reason {
    switch self {
    case .search(let search): return search.reason
    case .firstStep(let value):
      let blob = graph.blobName(of: value)
      guard let producer = graph.values[value.index].producer else { return .noProducer(blob: blob) }
      return .producerType(
        blob: blob, found: producer, foundType: graph.layers[producer.index].type,
        expected: rule.firstStep.map { rule.captures[$0.capture].typeNames } ?? [])
    }
  }

  /// The miss as reports show it; `layer` is the one whose staying it explains.
  func refusal(of rule: PlannedRule, at layer: LayerID, in graph: NetGraph) -> Refusal {
    var found = [(capture: rule.pattern.anchor, layer: layer)]
    if case .search(let search) = self { found = search.binding.named }
    return Refusal(
      rule: rule.rule.id, layer: layer, reason: reason(of: rule, in: graph),
      bindings: found.map { (rule.pattern.captures[$0.capture].name, $0.layer) }, isComplete: isComplete)
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
