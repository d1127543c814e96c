import Diagnostics
import RuleModel

/// What a reporting rule says about one match.
package struct RuleFinding: Sendable {
  /// The rule's id.
  package var rule: String
  /// How bad it is.
  package var severity: RuleReport.Severity
  /// The layer that it points at.
  package var layer: Name
  /// Why: a sentence.
  package var because: String
  /// What to do about it.
  package var remedy: String?
  /// The address of a page about it.
  package var help: String?
  /// How it is known.
  package var evidence: Evidence?
  /// Where in the definition.
  package var place: SourcePlace
}
