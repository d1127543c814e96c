import Diagnostics
import Engine

/// Options that do not go with the net they were given for. Facts and wording.
enum FoldOptionError: DiagnosticError {
  /// `--only-layer`, `--skip-layer` or, without an option, the command names a layer that the net does not have.
  case noLayer(String, option: String?, model: String, layers: [String])
  /// Two nets are to be run and one has no weights.
  case noWeights(model: String)
  /// A value of `--param` that nothing came of.
  case idleParameter(Warning)

  var diagnostic: Diagnostic {
    switch self {
    case .noLayer(let name, let option, let model, let layers):
      return Diagnostic(
        .error, at: .file(model),
        "has no layer '\(name)'\(option.map { ", which \($0) names" } ?? "")\(Suggestion.clause(for: name, among: layers))"
      )
    case .noWeights(let model):
      return Diagnostic(.error, at: .file(model), "cannot be run without weights; give its weights file")
    case .idleParameter(let warning):
      return Diagnostic(
        .error, at: .none,
        "\(warning.sentence); nothing was written; leave the parameter out to go on without it")
    }
  }
}
