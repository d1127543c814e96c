import Diagnostics

/// How a per-channel affine layer stores its numbers: which blob is what.
///
///     y = (x − μ)/√(σ² + ε)·γ + β,   μ = mean/factor, σ² = variance/factor (both 0 when factor is 0)
///
/// Roles that a layout lacks count as γ = 1, β = 0, no normalisation, factor 1.
package struct BlobLayout: Sendable {
  /// What a blob is.
  package enum Role: String, Sendable, CaseIterable {
    /// Multiplies, per channel or a single number.
    case gamma
    /// Is added after γ.
    case beta
    /// Sum of means.
    case mean
    /// Sum of variances.
    case variance
    /// What the sums are divided by.
    case factor
    /// Stored, and not used at TEST.
    case ignored
  }

  /// Unique.
  package var id: String
  /// The layer types that use it.
  package var types: TypePattern
  /// When it is the one; the layer is called `layer`. Nil for always.
  package var condition: CheckedExpression?
  /// The role of each blob, by position.
  package var roles: [Role]
  /// ε; nil when the layout has no variance.
  package var epsilon: CheckedExpression?
  /// Whether the layer uses the stored statistics at TEST; nil for always.
  package var usesStoredStatistics: CheckedExpression?
  /// The axis that the channels lie along; nil for 1.
  package var axis: CheckedExpression?
  /// How many axes the numbers span; nil for 1; 0 means a single number for all.
  package var axisCount: CheckedExpression?
  /// A single factor that is a parameter and not a blob.
  package var scale: CheckedExpression?
  /// A single summand that is a parameter and not a blob.
  package var shift: CheckedExpression?
  /// Where it stands.
  package var place: SourcePlace
}
