import Diagnostics
import RuleModel

/// A match that was lost: another rule that goes first, or the same one at another layer, rewrote some of its layers.
package struct Overlap: Sendable, Equatable {
  /// The rule that lost.
  package var rule: String
  /// The layer its search began at, as it was called then.
  package var layer: Name
  /// The rule that goes first.
  package var winner: String
  /// The layers that both matched, as they were called then.
  package var shared: [Name]
}

extension Planner {
  /// A lost match, with what is needed to say so in the end.
  struct LostMatch {
    var overlap: Overlap
    var rule: PlannedRule
    var anchor: LayerID
    var binding: Binding
  }

  /// The matches that a rewrite of `bound` by `rule` would end.
  ///
  /// A rule of a lower priority waits and loses nothing; nor does a match whose layers are a part of `bound`, as that of
  /// BatchNorm alone is of BatchNorm and Scale.
  func losers(to rule: PlannedRule, rewriting bound: [LayerID], among layers: [LayerID]) -> [LostMatch] {
    let taken = Set(bound)
    var lost: [LostMatch] = []
    for other in rules where other.rule.priority == rule.rule.priority {
      for layer in layers where other.canBegin(at: layer, in: net.graph) {
        guard case .match(let binding) = search(other, at: layer) else { continue }
        let wanted = Set(binding.allLayers)
        let shared = bound.filter(wanted.contains)
        let isSame = other.index == rule.index && wanted == taken
        guard !shared.isEmpty, !isSame, !wanted.isStrictSubset(of: taken) else { continue }
        let overlap = Overlap(
          rule: other.rule.id, layer: net.graph[layer].name, winner: rule.rule.id,
          shared: shared.map { net.graph[$0].name })
        lost.append(LostMatch(overlap: overlap, rule: other, anchor: layer, binding: binding))
      }
    }
    return lost
  }

  /// Those of the lost matches that did not come about in another way, each once.
  func final(_ lost: [LostMatch]) -> [LostMatch] {
    guard !lost.isEmpty else { return [] }
    struct Place: Hashable {
      var rule: String
      var anchor: LayerID
    }
    var known = Set(rewrites.map { Place(rule: $0.rule, anchor: $0.anchor) })
    return lost.filter { known.insert(Place(rule: $0.rule.rule.id, anchor: $0.anchor)).inserted }
  }
}
