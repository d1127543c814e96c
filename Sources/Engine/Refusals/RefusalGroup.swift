import Diagnostics
/// Layers of one type that stay for one kind of reason.
package struct RefusalGroup: Sendable {
  /// The refusals, in the order of the net.
  package var refusals: [Refusal]

  /// The refusals of a plan by type of layer and kind of reason, those that stop most layers first.
  package static func groups(_ refusals: [Refusal]) -> [RefusalGroup] {
    struct Key: Hashable {
      var type: String
      var code: String
      var variant: String
    }
    var groups: [RefusalGroup] = []
    var places: [Key: Int] = [:]
    for refusal in refusals {
      let key = Key(
        type: refusal.layer.type, code: refusal.reason.code, variant: refusal.reason.facts.variant)
      if let place = places[key] {
        groups[place].refusals.append(refusal)
      } else {
        places[key] = groups.count
        groups.append(RefusalGroup(refusals: [refusal]))
      }
    }
    return groups.enumerated().sorted { a, b in
      (b.element.refusals.count, a.offset) < (a.element.refusals.count, b.offset)
    }.map(\.element)
  }
}
