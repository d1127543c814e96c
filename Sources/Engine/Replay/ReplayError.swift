import Diagnostics

/// A rewrite of a plan that cannot be made, or that does something else than the plan says. Facts here; the wording is in
/// `ReplayMessages.swift`.
package struct ReplayError: Error, Sendable {
  /// The facts; `key` names the rewrite.
  package enum Reason: Sendable, Equatable {
    case unknownRule(key: String, rule: String, known: [String])
    case noAnchor(key: String, rule: String, capture: String)
    case noLayer(key: String, name: Name, type: String)
    /// `disabled` are earlier rewrites of the same layers that a reviewer disabled.
    case refused(key: String, Refusal.Reason, disabled: [String])
    case otherLayers(key: String, planned: [PlannedRewrite.Layer], found: [PlannedRewrite.Layer])
    case notPlanned(key: String, RewriteChange)
    case notDone(key: String, RewriteChange)
    case overflow(keys: [String], Refusal.Reason)
  }

  /// The facts.
  package let reason: Reason
  /// Where in the plan file.
  package let place: SourcePlace?

  init(_ reason: Reason, at place: SourcePlace?) {
    self.reason = reason
    self.place = place
  }
}
