import Verification

/// What a comparison of two nets found.
public struct VerifyResult {
  /// The figures.
  package let comparison: NetComparison
  /// The largest difference allowed, relative to a blob's largest number.
  public let tolerance: Double
  /// The net definitions.
  public let models: [String]

  package init(comparison: NetComparison, tolerance: Double, models: [String]) {
    self.comparison = comparison
    self.tolerance = tolerance
    self.models = models
  }

  /// Whether every blob is within the tolerance, at least one was compared and the outputs are the same.
  public var isEqual: Bool {
    comparison.firstDivergence(tolerance: tolerance) == nil && !comparison.blobs.isEmpty
      && comparison.unmatchedOutputs.isEmpty
  }

  /// The largest difference found, relative to the blob's largest number; nil where nothing was compared.
  public var largestDifference: Double? { comparison.blobs.map(\.relative).max() }
}
