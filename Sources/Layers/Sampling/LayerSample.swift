/// How `rules prove` draws a layer of a type.
package struct LayerSample: Sendable {
  /// How many bottoms a drawn layer may have.
  package let bottoms: ClosedRange<Int>
  /// How many tops a drawn layer may have.
  package let tops: ClosedRange<Int>
  /// Whether the layer reads its second bottom for its size alone, which may be less than that of the first.
  package let readsSizeOfSecond: Bool
  /// Draws the parameters of a layer.
  package let draw: @Sendable (inout LayerSketch) -> Void

  package init(
    bottoms: ClosedRange<Int> = 1...1, tops: ClosedRange<Int> = 1...1,
    readsSizeOfSecond: Bool = false,
    _ draw: @escaping @Sendable (inout LayerSketch) -> Void = { _ in }
  ) {
    self.bottoms = bottoms
    self.tops = tops
    self.readsSizeOfSecond = readsSizeOfSecond
    self.draw = draw
  }
}
