import Diagnostics

/// One Caffe layer of a definition.
package struct LayerStep: Sendable {
  /// What one place under `top` stands for.
  package enum Top: Sendable {
    /// One value.
    case single(ValueName)
    /// As many values as an expression says, which the name stands for as a list.
    case list(name: String, count: CheckedExpression)
  }

  /// The layer's type.
  package let type: String
  /// What it reads.
  package let bottoms: [ValueName]
  /// What it makes.
  package let tops: [Top]
  /// Whether it begins with the parameters of the layer that is defined.
  package let isLikeLayer: Bool
  /// Its parameters.
  package let fields: [TemplateField]
  /// Whether its parameter blobs are those of the layer that is defined.
  package let keepsBlobs: Bool
  /// Its parameter blobs, where it does not keep those.
  package let blobs: [CheckedExpression]
  /// Whether it is there; nil for always.
  package let condition: CheckedExpression?
  /// Where it stands.
  package let place: SourcePlace

  /// Makes one of all its parts.
  package init(
    type: String, bottoms: [ValueName], tops: [Top], isLikeLayer: Bool, fields: [TemplateField],
    keepsBlobs: Bool, blobs: [CheckedExpression], condition: CheckedExpression?, place: SourcePlace
  ) {
    self.type = type
    self.bottoms = bottoms
    self.tops = tops
    self.isLikeLayer = isLikeLayer
    self.fields = fields
    self.keepsBlobs = keepsBlobs
    self.blobs = blobs
    self.condition = condition
    self.place = place
  }
}
