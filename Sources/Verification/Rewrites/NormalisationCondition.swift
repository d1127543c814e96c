import Diagnostics

/// How well a normalisation that was folded is conditioned: where a variance is small beside ε, it is ε that the factor
/// γ/√(σ² + ε) comes from, and the input hardly varied in training.
package struct NormalisationCondition: Sendable, Equatable {
  /// The layer, by its name in the net before.
  package var layer: Name
  /// Channels.
  package var channels: Int
  /// What is added to the variances.
  package var epsilon: Double
  /// The smallest variance.
  package var smallestVariance: Double
  /// Channels whose variance is less than a tenth of ε.
  package var illConditioned: Int

  /// - Parameter variances: one for each channel.
  init(layer: Name, variances: [Double], epsilon: Double) {
    self.layer = layer
    channels = variances.count
    self.epsilon = epsilon
    smallestVariance = variances.min() ?? 0
    illConditioned = variances.count { $0 < epsilon / 10 }
  }
}
