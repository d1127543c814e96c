/// How `rules prove` draws a layer of a type.
package struct LayerSample: Sendable {
  /// How many bottoms a drawn layer may have.
  package let bottoms: ClosedRange<Int>
  /// How many tops a drawn layer may have.
  package let tops: ClosedRange<Int>
  /// What a second bottom looks like beside the first.
  package enum SecondBottom: Sendable {
    /// It has the same shape.
    case alike
    /// The layer reads it for its size alone: it has the same channels in planes that may be smaller.
    case smaller
    /// It has the sizes of the first from an axis on, which a field `axis` of this message gives.
    case operand(message: String)
  }
  package let secondBottom: SecondBottom
  /// Draws the parameters of a layer.
  package let draw: @Sendable (inout LayerSketch) -> Void

  package init(
    bottoms: ClosedRange<Int> = 1...1, tops: ClosedRange<Int> = 1...1,
    secondBottom: SecondBottom = .alike,
    _ draw: @escaping @Sendable (inout LayerSketch) -> Void = { _ in }
  ) {
    self.bottoms = bottoms
    self.tops = tops
    self.secondBottom = secondBottom
    self.draw = draw
  }
}
