import Diagnostics

/// The folded net does not compute what the original computes.
struct VerificationFailure: DiagnosticError {
  let report: VerifyReport
  /// The rules that changed on purpose what the net takes or gives.
  let conversions: [String]

  var diagnostic: Diagnostic {
    guard conversions.isEmpty else {
      let rules = conversions.map { "'\($0)'" }.joined(separator: ", ")
      return Diagnostic(
        .error, at: .none,
        "the folded net differs from the original, so nothing was written; \(rules) changed on purpose what the net takes or gives: leave --verify out, or those rules"
      )
    }
    return Diagnostic(
      .error, at: .none,
      "the folded net differs from the original, so nothing was written; --only-layer and --skip-layer narrow it down"
    )
  }
}
