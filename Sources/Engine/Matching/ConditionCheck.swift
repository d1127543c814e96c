import RuleModel

extension PlannedRule {
  /// The first condition that does not hold of a match, or nil: those beside a capture for each of its layers, then
  /// those of the rule.
  func unmetCondition(_ binding: Binding, in net: WorkingNet) -> Refusal.Reason? {
    if conditionedCaptures.isEmpty, pattern.conditions.isEmpty { return nil }
    let environment = MatchEnvironment(net, self, binding)
    for index in conditionedCaptures {
      guard let group = pattern.captures[index].group else {
        if binding.singles.layer(of: index) == nil { continue }
        if let reason = refusal(pattern.captures[index].conditions, environment) { return reason }
        continue
      }
      for element in binding.elements where element.group == group && element.bound.layer(of: index) != nil {
        environment.element = element
        if let reason = refusal(pattern.captures[index].conditions, environment) { return reason }
      }
      environment.element = nil
    }
    if pattern.conditions.isEmpty { return nil }
    for item in rule.lets { environment.define(item.name, item.expression) }
    return refusal(pattern.conditions, environment)
  }

  private func refusal(
    _ conditions: [CheckedExpression], _ environment: MatchEnvironment
  ) -> Refusal.Reason? {
    for condition in conditions {
      do {
        if try environment.truth(of: condition) == false {
          return Refusal.Reason(UnmetCondition(text: condition.text, place: condition.node.place))
        }
      } catch {
        return error
      }
    }
    return nil
  }
}
