import CaffeIO
import RuleModel

extension RuleSet {
  /// Takes in the layers of the other phase that rules of the set may match and that the net cannot do without.
  func borrowSources(in graph: inout NetGraph) throws(PlanError) -> [BorrowedSource] {
    let captures = rules.filter { $0.allowances.contains(.otherPhase) }.flatMap(\.pattern.captures)
    guard !captures.isEmpty else { return [] }
    do {
      return try graph.borrowSources { type in captures.contains { $0.types.accepts(type) } }
    } catch {
      throw .malformed(error)
    }
  }
}
