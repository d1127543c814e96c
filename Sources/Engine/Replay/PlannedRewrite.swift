import CaffeIO
import Diagnostics

/// One rewrite of a plan file.
package struct PlannedRewrite: Sendable {
  /// What becomes of a matched layer.
  package enum Fate: String, Sendable, CaseIterable {
    /// It stays; what changes is listed.
    case kept
    /// It goes; who read its top reads its first bottom.
    case removed
    /// It becomes another layer.
    case replaced
  }

  /// A matched layer.
  package struct Layer: Sendable, Equatable {
    /// What the rule calls it.
    package var capture: String
    /// Its name, as it is when the rewrite begins.
    package var name: Name
    /// Its type then.
    package var type: String
    /// Its position in the net definition, from 0.
    package var index: Int
    /// What becomes of it.
    package var fate: Fate

    /// Makes a layer from its parts.
    package init(capture: String, name: Name, type: String, index: Int, fate: Fate) {
      self.capture = capture
      self.name = name
      self.type = type
      self.index = index
      self.fate = fate
    }
  }

  /// Unique in the plan: the rule and the layer its search begins at.
  package var key: String
  /// False where a reviewer has struck it out.
  package var isApplied = true
  /// The rule.
  package var rule: String
  /// The layers, in the order of the rule.
  package var layers: [Layer]
  /// What changes in those that stay.
  package var changes: [RewriteChange]
  /// Where it stands in the plan file; nil for one that is being made.
  package var place: SourcePlace?

  /// Makes a rewrite from its parts.
  package init(
    key: String, isApplied: Bool, rule: String, layers: [Layer], changes: [RewriteChange],
    place: SourcePlace?
  ) {
    self.key = key
    self.isApplied = isApplied
    self.rule = rule
    self.layers = layers
    self.changes = changes
    self.place = place
  }
}

extension PlannedRewrite {
  /// The description of a rewrite that was planned with `PlanOptions.describesChanges`.
  init(_ rewrite: RewriteRecord, key: String) {
    self.key = key
    rule = rewrite.rule
    layers = rewrite.layers.map { capture, layer, name, type in
      let fate: Fate =
        rewrite.removed.contains(layer) ? .removed : rewrite.replaced.contains(layer) ? .replaced : .kept
      return Layer(capture: capture, name: name, type: type, index: layer.index, fate: fate)
    }
    changes = rewrite.changes
  }

  /// The rewrites of a plan with their keys.
  package static func describe(_ plan: Plan) -> [PlannedRewrite] {
    var taken: [String: Int] = [:]
    return plan.rewrites.map { rewrite in
      let anchor = rewrite.layers.first { $0.layer == rewrite.anchor }?.name ?? ""
      let key = "\(rewrite.rule)@\(anchor)"
      let count = taken[key, default: 0] + 1
      taken[key] = count
      return PlannedRewrite(rewrite, key: count == 1 ? key : "\(key)#\(count)")
    }
  }
}
