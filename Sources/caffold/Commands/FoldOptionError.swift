import Diagnostics
import Engine

/// Options that do not go with the net they were given for. Facts and wording.
enum FoldOptionError: DiagnosticError {
  /// `--only-layer` or `--skip-layer` names a layer that the net does not have.
  case noLayer(String, option: String, model: String, layers: [String])
  /// A value of `--param` that nothing came of.
  case idleParameter(Warning)

  var diagnostic: Diagnostic {
    switch self {
    case .noLayer(let name, let option, let model, let layers):
      return Diagnostic(
        .error, at: .file(model),
        "has no layer '\(name)', which \(option) names\(Suggestion.clause(for: name, among: layers))")
    case .idleParameter(let warning):
      return Diagnostic(
        .error, at: .none,
        "\(warning.sentence); nothing was written; leave the parameter out to go on without it")
    }
  }
}
