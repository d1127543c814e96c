import Diagnostics
import RuleModel
import Rules
import Testing

/// A rule file with mistakes, and the whole of what is said about them.
struct FaultyRule: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let text: String
  let expected: String

  init(_ name: String, _ text: String, _ expected: String) {
    testDescription = name
    self.text = text
    self.expected = expected
  }

  /// What is said.
  var messages: String {
    checkRules(text).errors.map(\.diagnostic.text).joined(separator: "\n")
  }
}

/// Checks a rule file against two kernels and three reasons.
func checkRules(_ text: String, path: String = "r.yaml", isBuiltin: Bool = false) -> (
  file: RuleFile, errors: [any DiagnosticError]
) {
  let layer = KernelSignature.Parameter("into", .layer, summary: "The layer that absorbs it.")
  let kernels = [
    KernelSignature(
      name: "fold-affine", summary: "Folds factors.",
      parameters: [
        layer, .init("scale", .vector, isRequired: false, summary: "Factors."),
        .init("shift", .vector, isRequired: false, summary: "Summands."),
      ]),
    KernelSignature(
      name: "fold-batch-norm", summary: "Folds a BatchNorm.",
      parameters: [.init("from", .layer, summary: "The BatchNorm."), layer]),
  ]
  return RuleFile.check(
    SourceText(path: path, bytes: Array(text.utf8)), kernels: kernels,
    reasons: ["condition", "other-consumer", "phase"], isBuiltin: isBuiltin)
}
