import Rules

/// Whether the conditions of a rule hold of a match: those beside a capture for each of its layers, then those of the
/// rule.
struct ConditionCheck {
  /// The captures that have conditions.
  private let captures: [Int]
  private let rule: Rule

  init(_ rule: Rule) {
    self.rule = rule
    captures = rule.pattern.captures.indices.filter { !rule.pattern.captures[$0].conditions.isEmpty }
  }

  /// The first condition that does not hold, or nil.
  func refusal(_ binding: Binding, in net: WorkingNet) -> Refusal.Reason? {
    if captures.isEmpty, rule.pattern.conditions.isEmpty { return nil }
    let environment = MatchEnvironment(net, rule, binding)
    for index in captures {
      let capture = rule.pattern.captures[index]
      guard let group = capture.group else {
        if binding.singles.layer(of: index) == nil { continue }
        if let reason = refusal(capture.conditions, environment) { return reason }
        continue
      }
      for element in binding.elements where element.group == group && element.bound.layer(of: index) != nil {
        environment.element = element
        if let reason = refusal(capture.conditions, environment) { return reason }
      }
      environment.element = nil
    }
    return refusal(rule.pattern.conditions, environment)
  }

  private func refusal(
    _ conditions: [CheckedExpression], _ environment: MatchEnvironment
  ) -> Refusal.Reason? {
    for condition in conditions {
      do {
        if try environment.truth(of: condition) == false {
          return .condition(text: condition.text, place: condition.node.place.description)
        }
      } catch {
        return error
      }
    }
    return nil
  }
}
