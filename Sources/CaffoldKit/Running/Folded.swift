import CaffeIO
import Engine
import RuleModel
import Rules

/// A net that has been rewritten, and what it takes to write and to run it.
struct Folded {
  /// The files of the net, as they were opened.
  let read: [InputFile]
  /// The net definition as it was read.
  let original: NetDefinition
  /// The definition in the current syntax, which the plan is about; nil where no rule wants it.
  let upgrade: SyntaxUpgrade?
  let plan: Plan
  /// The net definition.
  let text: [UInt8]
  /// The weights as they were.
  let weights: WeightsFile?
  let schema: Schema
  let rules: RuleSet
  /// What the user's files say that layer types compute.
  let definitions: [TypeDefinition]

  /// Refuses a result whose inputs are no longer what they were when they were read.
  func checkInputs() throws(FileError) { for file in read { try file.checkUnchanged() } }

  /// What a plan file says of the result.
  var stated: PlanFile.Result {
    get throws { try PlanFile.Result(plan, text: text, weights: weightsPlan.map { ($0, $1) }) }
  }

  /// What becomes of the weights; nil for a net without them.
  var weightsPlan: (WeightsFile, WeightsPlan)? {
    weights.map {
      ($0, WeightsPlan(plan.graph, weights: $0, schema: schema, upgrades: upgrade != nil))
    }
  }

  /// The places in the original definition of layers that the phase leaves out and the net has all the same.
  var borrowed: Set<Int> {
    let places = plan.borrowed.map(\.layer.index)
    return Set(upgrade.map { upgrade in places.compactMap { upgrade.origins[$0] } } ?? places)
  }

  /// Whether the result may differ from what was read.
  var isChanged: Bool { !plan.rewrites.isEmpty || upgrade != nil }
}
