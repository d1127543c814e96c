import Verification

/// What a comparison of two nets found.
public struct VerifyResult {
  /// What the comparison says of the two nets.
  public enum Verdict: Sendable {
    /// Every output was compared and agrees.
    case equal
    /// A blob differs that must not.
    case different
    /// The nets have different outputs.
    case otherOutputs
    /// Some outputs could not be compared; the rest agrees.
    case incomplete
    /// Nothing could be compared but inputs.
    case nothingCompared
  }

  /// The figures.
  package let comparison: NetComparison
  /// The net definitions.
  public let models: [String]

  package init(comparison: NetComparison, models: [String]) {
    self.comparison = comparison
    self.models = models
  }

  /// The largest difference allowed, relative to a blob's largest number.
  public var tolerance: Double { comparison.tolerance }

  /// The verdict.
  public var verdict: Verdict {
    switch comparison.verdict {
    case .equal: .equal
    case .different: .different
    case .otherOutputs: .otherOutputs
    case .incomplete: .incomplete
    case .nothingCompared: .nothingCompared
    }
  }

  /// Whether every output was compared, and every blob is within the tolerance that does not hold other numbers on purpose.
  public var isEqual: Bool { verdict == .equal }

  /// The largest difference found, relative to the blob's largest number, those blobs apart that hold other numbers on purpose;
  /// nil where nothing was compared.
  public var largestDifference: Double? { comparison.worst?.relative }
}
