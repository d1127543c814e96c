import Verification

extension SiteCheck {
  /// The word for the outcome in JSON reports and pages.
  ///
  /// - Parameter tolerance: the largest relative difference with which a comparison passes.
  package func status(tolerance: Double) -> String {
    switch outcome {
    case .compared: passes(tolerance: tolerance) ? "passed" : "failed"
    case .notChecked: "not-checked"
    case .conversion: "conversion"
    case .nothing: "nothing-to-compare"
    }
  }
}
