import RuleModel

/// Values of names under 'let', found when the conditions of a match were checked and used again when the match is rewritten:
/// nothing changes in between.
struct LetValues {
  /// The rule, and the layers of the match.
  private let rule: Int
  private let layers: [LayerID]
  private let values: [String: ExpressionValue]

  init(_ values: [String: ExpressionValue], of rule: PlannedRule, _ binding: Binding) {
    self.rule = rule.index
    layers = binding.allLayers
    self.values = values
  }

  /// The values for a match; none for another one than they were found for.
  func values(of rule: PlannedRule, _ binding: Binding) -> [String: ExpressionValue] {
    self.rule == rule.index && layers == binding.allLayers ? values : [:]
  }
}
