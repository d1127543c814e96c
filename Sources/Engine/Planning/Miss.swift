import Rules

/// A rule that almost rewrote something, as the planner remembers it: most are forgotten again, so names come last.
final class Miss: Sendable {
  let reason: Refusal.Reason
  /// What had been found.
  let binding: Binding

  init(_ reason: Refusal.Reason, _ binding: Binding) {
    self.reason = reason
    self.binding = binding
  }

  /// The miss as reports show it.
  func refusal(of rule: Rule, at layer: LayerID) -> Refusal {
    Refusal(
      rule: rule.id, layer: layer, reason: reason,
      bindings: binding.named.map { (rule.pattern.captures[$0.capture].name, $0.layer) },
      isComplete: binding.isComplete)
  }
}
