import Diagnostics
import RuleModel
import Rules

/// Checks a rule file against two kernels, three reasons and two operators.
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
    reasons: ["condition", "other-consumer", "phase"],
    operators: [
      OperatorForm(name: "Clip", inputs: 1...3, outputs: 1...1, attributes: [:]),
      OperatorForm(
        name: "MaxPool", inputs: 1...1, outputs: 1...2,
        attributes: ["kernel_shape": .ints, "strides": .ints, "pads": .ints, "mode": .string]),
    ], isBuiltin: isBuiltin)
}
