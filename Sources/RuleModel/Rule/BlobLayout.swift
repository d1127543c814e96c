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
  /// Why a layer that the layout fits is left alone; nil where it is read.
  package let refusal: String?
  /// What the user should know of a layer that is read by it.
  package let warning: String?
  /// When that is said; nil for always.
  package let warningCondition: CheckedExpression?
  /// When it may be assumed in a run without weights; nil for always.
  package let assumption: CheckedExpression?
  /// The definition that says what the layer computes; nil for a layout that the other properties describe. The layers of the
  /// definition may be affine.
  package let meaning: TypeDefinition?
  /// Where it stands.
  package let place: SourcePlace
  /// Whether the program has it, and no user wrote it.
  package let isBuiltin: Bool

  package init(
    id: String, types: TypePattern, condition: CheckedExpression?, roles: [Role], epsilon: CheckedExpression?,
    usesStoredStatistics: CheckedExpression?, axis: CheckedExpression?, axisCount: CheckedExpression?,
    scale: CheckedExpression?, shift: CheckedExpression?, refusal: String? = nil, warning: String? = nil,
    warningCondition: CheckedExpression? = nil, assumption: CheckedExpression? = nil,
    meaning: TypeDefinition? = nil, place: SourcePlace, isBuiltin: Bool
  ) {
    self.meaning = meaning
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
    self.refusal = refusal
    self.warning = warning
    self.warningCondition = warningCondition
    self.assumption = assumption
    self.place = place
  }

  /// A layout for the types of a definition, which says alone what the layers compute.
  package convenience init(_ meaning: TypeDefinition) {
    self.init(
      id: "definition at \(meaning.place.description)", types: .oneOf(meaning.types.map { Glob($0) }),
      condition: nil, roles: [], epsilon: nil, usesStoredStatistics: nil, axis: nil, axisCount: nil,
      scale: nil, shift: nil, meaning: meaning, place: meaning.place, isBuiltin: meaning.isBuiltin)
  }
}
