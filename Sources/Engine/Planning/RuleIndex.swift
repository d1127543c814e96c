/// Which rules can begin at a layer of a type, and at which types a rule can: a rule that cannot match costs nothing, and
/// so does a type that no rule looks at.
struct RuleIndex {
  private let rules: [PlannedRule]
  /// Rules that name the types they begin at, by name.
  private var named: [String: [Int]] = [:]
  /// Rules that begin at any type, or at those that globs fit.
  private var others: [Int] = []
  /// By type.
  private var rulesByType: [[Int]] = []
  /// By rule, in the order of the types.
  private var typesByRule: [[Int]]

  init(_ rules: [PlannedRule]) {
    self.rules = rules
    typesByRule = Array(repeating: [], count: rules.count)
    for (index, rule) in rules.enumerated() {
      guard case .oneOf(let globs) = rule.pattern.captures[rule.pattern.anchor].types,
        globs.allSatisfy({ $0.literal != nil })
      else {
        others.append(index)
        continue
      }
      for name in Set(globs.map(\.text)) { named[name, default: []].append(index) }
    }
  }

  /// What has been found out so far holds for the types that the net had then.
  mutating func update(_ types: TypeNumbers) {
    for type in rulesByType.count..<max(rulesByType.count, types.names.count) {
      let name = types.names[type]
      let more = others.filter { index in
        let pattern = rules[index].pattern
        return pattern.captures[pattern.anchor].types.accepts(name)
      }
      let accepting = (named[name] ?? []) + more
      for rule in accepting { typesByRule[rule].append(type) }
      rulesByType.append(accepting)
    }
  }

  /// The rules that can begin at a layer of a pass, in their order.
  func rules(for pass: Candidates.Pass) -> [Int] {
    Set(pass.types.flatMap { rulesByType[$0] }).sorted()
  }

  /// The types that a rule can begin at.
  func types(of rule: Int) -> [Int] { typesByRule[rule] }
}
