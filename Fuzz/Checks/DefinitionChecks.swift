import CaffeIO
import Diagnostics
import Engine
import Layers
import RuleModel
import Rules
import Verification

/// What must hold for any bytes given as a net definition.
enum DefinitionChecks {
  /// The built-in rules that a fold without flags tries.
  static let rules = Result {
    let builtin = try BuiltinRules.load()
    return try RuleSet(builtin.rules, layouts: builtin.layouts)
  }

  /// What does not hold: a net is refused with a message; or it is folded, what is written is read again and folds to itself,
  /// and its shapes are what its layers make.
  static func failure(of bytes: [UInt8]) -> String? {
    do {
      let definition = try NetDefinition(TextDocument(SourceText(path: "fuzz", bytes: bytes)))
      let problems = try definition.problems(schema: .caffe, state: NetState(phase: .test))
      for problem in problems {
        if let failure = FuzzChecks.failure(of: problem) { return failure }
      }
      guard !problems.contains(where: \.isError) else { return nil }
      let plan = try Planner.plan(
        NetGraph(definition, state: NetState(phase: .test)), weights: nil, rules: rules.get())
      for refusal in plan.refusals where refusal.sentence.isEmpty { return "a reason says nothing" }
      if let failure = FoldChecks.failure(ofOutputOf: plan, nil) { return failure }
      return try RunChecks.failure(of: definition, [], numbers: DrawnNumbers(seed: 1))
    } catch {
      return FuzzChecks.failure(of: error)
    }
  }
}
