import CaffeIO
import Diagnostics

/// What keeps a plan file from being applied. Facts here; the wording is in `PlanFileMessages.swift`.
package struct PlanFileError: Error, Sendable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    // The file itself.
    case noPlan
    case unknownVersion(Int)
    case repeatedKey(String, firstLine: Int)
    case changedText(path: String)

    // What it was made from.
    case otherProgram(planned: String, running: String)
    case otherBuiltinRules
    case otherInput(role: String, path: String, planned: PlanFile.Input, bytes: Int, digest: String)
    case missingInput(role: String, path: String)
    case weightsGiven
    case notText(path: String)

    // A rewrite that is not what it was.
    case unknownRule(key: String, rule: String, known: [String])
    case noAnchor(key: String, rule: String, capture: String)
    case noLayer(key: String, name: Name, type: String)
    /// `struck` are earlier rewrites of the same layers that were struck out.
    case refused(key: String, Refusal.Reason, struck: [String])
    case otherLayers(key: String, planned: [PlannedRewrite.Layer], found: [PlannedRewrite.Layer])
    case notPlanned(key: String, RewriteChange)
    case notDone(key: String, RewriteChange)
    case overflow(keys: [String], Refusal.Reason)

    // The whole.
    case otherCount(type: String, planned: Int, found: Int)
    case otherDefinition
    case otherWeightsSize(planned: Int, found: Int)
  }

  /// The facts.
  package let reason: Reason
  /// Where in the plan file; nil for what is not in it.
  package let place: SourcePlace?

  /// Makes an error from its parts.
  package init(_ reason: Reason, at place: SourcePlace? = nil) {
    self.reason = reason
    self.place = place
  }
}
