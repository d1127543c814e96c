import Diagnostics
import Verification

/// The folded net does not compute what the original computes, or it could not be told whether it does.
struct VerificationFailure: DiagnosticError {
  let report: VerifyReport

  var diagnostic: Diagnostic {
    switch report.comparison.verdict {
    case .nothingCompared, .incomplete:
      Diagnostic(
        .error, at: .none,
        "not all outputs of the folded net could be compared with the original, so nothing was written; give the shapes with --input-shape, or leave --verify out"
      )
    case .equal, .different, .otherOutputs:
      Diagnostic(
        .error, at: .none,
        "the folded net differs from the original, so nothing was written; --only-layer and --skip-layer narrow it down"
      )
    }
  }
}
