import Diagnostics

/// What keeps a plan file from being applied. Facts here; the wording is in `PlanFileMessages.swift`.
///
/// What is wrong with a rewrite of the file is a `ReplayError`.
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
