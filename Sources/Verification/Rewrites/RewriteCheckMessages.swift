import CaffeIO
import Diagnostics
import Layers

extension SiteObstacle {
  /// The reason as a clause.
  package var sentence: String {
    switch self {
    case .layer(let error): return error.diagnostic.sentence
    case .unrelated(let blob): return "it is not known what blob '\(blob)' was in the net before"
    case .withoutNumbers(let blob):
      return "no number of blob '\(blob)' is finite, before or after"
    case .converted:
      return "a conversion made what the rewrite works on, so there is nothing to compare it with"
    case .unreadable(let message): return message
    }
  }
}

extension RewriteCheckError: DiagnosticError {
  /// The message for the user.
  package var diagnostic: Diagnostic {
    switch self {
    case .layerCount(let planned, let written):
      return Diagnostic(
        .error, at: .none,
        "the plan has \(planned) layers, its text \(written); nothing was written; please report this net")
    case .wrongConnection(let blob, let other):
      return Diagnostic(
        .error, at: .none,
        "a layer would read blob '\(other)' instead of '\(blob)'; nothing was written; please report this net"
      )
    }
  }
}
