import RuleModel

extension PlannedRule {
  /// The first condition that does not hold of a match, or nil: those beside a capture for each of its layers, then
  /// those of the rule.
  func unmetCondition(_ binding: Binding, in net: WorkingNet) -> Refusal.Reason? {
    net.letValues = nil
    if conditionedCaptures.isEmpty, pattern.conditions.isEmpty { return nil }
    let environment = MatchEnvironment(net, self, binding)
    for index in conditionedCaptures {
      guard let group = pattern.captures[index].group else {
        guard let layer = binding.singles.layer(of: index) else { continue }
        if let reason = refusal(pattern.captures[index].conditions, of: layer, environment, net) {
          return reason
        }
        continue
      }
      for element in binding.elements where element.group == group && element.bound.layer(of: index) != nil {
        environment.element = element
        let layer = element.bound.layer(of: index)
        if let reason = refusal(pattern.captures[index].conditions, of: layer, environment, net) {
          return reason
        }
      }
      environment.element = nil
    }
    if pattern.conditions.isEmpty { return nil }
    for item in rule.lets { environment.define(item.name, item.expression) }
    if let reason = refusal(pattern.conditions, of: nil, environment, net) { return reason }
    net.letValues = LetValues(environment.letValues, of: self, binding)
    return nil
  }

  private func refusal(
    _ conditions: [Condition], of layer: LayerID?, _ environment: MatchEnvironment, _ net: WorkingNet
  ) -> Refusal.Reason? {
    for condition in conditions {
      let expression = condition.expression
      do {
        // Without weights what depends on them is taken to hold, so that a fold can be planned; it is no ground to
        // report anything.
        let truth = try environment.truth(of: expression)
        if truth == false || truth == nil && rule.kind == .reporting {
          return Refusal.Reason(
            UnmetCondition(
              text: expression.text, place: expression.node.place, explanation: condition.explanation,
              isQuiet: condition.isQuiet, layer: layer.map(net.graph.named),
              findings: net.explainsConditions ? environment.findings(of: expression) : []))
        }
      } catch {
        return error
      }
    }
    return nil
  }
}
