import Diagnostics

/// How a per-channel affine layer stores its numbers: which blob is what.
///
///     y = (x − μ)/√(σ² + ε)·γ + β,   μ = mean/factor, σ² = variance/factor (both 0 when factor is 0)
///
/// Roles that a layout lacks count as γ = 1, β = 0, no normalisation, factor 1. Looked up for every layer, so handed around
/// by reference.
package final class BlobLayout: Sendable {
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
  package let id: String
  /// The layer types that use it.
  package let types: TypePattern
  /// When it is the one; the layer is called `layer`. Nil for always.
  package let condition: CheckedExpression?
  /// The role of each blob, by position.
  package let roles: [Role]
  /// ε; nil when the layout has no variance.
  package let epsilon: CheckedExpression?
  /// Whether the layer uses the stored statistics at TEST; nil for always.
  package let usesStoredStatistics: CheckedExpression?
  /// The axis that the channels lie along; nil for 1.
  package let axis: CheckedExpression?
  /// How many axes the numbers span; nil for 1; 0 means a single number for all.
  package let axisCount: CheckedExpression?
  /// The factor, one number or one for each channel, where an expression says it and no role.
  package let scale: CheckedExpression?
  /// The summand, likewise.
  package let shift: CheckedExpression?
  /// Where it stands.
  package let place: SourcePlace
  /// Whether the program has it, and no user wrote it.
  package let isBuiltin: Bool

  package init(
    id: String, types: TypePattern, condition: CheckedExpression?, roles: [Role], epsilon: CheckedExpression?,
    usesStoredStatistics: CheckedExpression?, axis: CheckedExpression?, axisCount: CheckedExpression?,
    scale: CheckedExpression?, shift: CheckedExpression?, place: SourcePlace, isBuiltin: Bool
  ) {
    self.isBuiltin = isBuiltin
    self.id = id
    self.types = types
    self.condition = condition
    self.roles = roles
    self.epsilon = epsilon
    self.usesStoredStatistics = usesStoredStatistics
    self.axis = axis
    self.axisCount = axisCount
    self.scale = scale
    self.shift = shift
    self.place = place
  }
}
