import Diagnostics

/// Something that must hold for any bytes. The fuzzer asks it of the inputs that it makes up, a test of those that once failed.
package struct FuzzTarget: Sendable {
  /// The name: cases that failed are called `NAME-…`.
  package let name: String
  /// What does not hold for these bytes; nil where all is well.
  package let failure: @Sendable ([UInt8]) -> String?

  /// All of them, those for readers of one kind of file first.
  package static let all = [
    FuzzTarget(name: "text", failure: TextChecks.failure),
    FuzzTarget(name: "schema", failure: SchemaChecks.failure),
    FuzzTarget(name: "wire", failure: WireChecks.failure),
    FuzzTarget(name: "onnx", failure: OnnxChecks.failure),
    FuzzTarget(name: "rules", failure: RuleChecks.failure),
    FuzzTarget(name: "expression", failure: RuleChecks.failureOfExpression),
    FuzzTarget(name: "plan", failure: PlanFileChecks.failure),
    FuzzTarget(name: "npy", failure: InputChecks.failure),
    FuzzTarget(name: "npz", failure: InputChecks.failureOfArchive),
    FuzzTarget(name: "definition", failure: DefinitionChecks.failure),
    FuzzTarget(name: "fold", failure: FoldChecks.failure),
    FuzzTarget(name: "run", failure: RunChecks.failure),
  ]
}

/// What is wrong with an error that a check has caught; nil for one that a user can be shown.
func failure(of error: any Error) -> String? {
  guard let error = error as? any DiagnosticError else { return "an error without a message: \(error)" }
  return error.diagnostic.text.isEmpty ? "the error says nothing" : nil
}
