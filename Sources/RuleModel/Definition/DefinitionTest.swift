import Diagnostics

/// An example of a layer definition: what a layer of the type makes of given numbers.
package struct DefinitionTest: Sendable {
  /// What must come of it.
  package enum Expectation: Sendable {
    /// The tops hold these numbers.
    case tops([CheckedExpression])
    /// A condition of the definition does not hold, with this sentence.
    case refused(String)
  }

  /// What the example shows.
  package let name: String
  /// The layer's parameters, as prototxt.
  package let layer: SourceText
  /// The parameter blobs.
  package let blobs: [CheckedExpression]
  /// What the layer reads.
  package let bottoms: [CheckedExpression]
  /// What must come of it.
  package let expectation: Expectation
  /// The largest difference allowed, relative to the largest number of a top.
  package let tolerance: Double
  /// Where it stands.
  package let place: SourcePlace

  /// The tolerance where none is given: single precision, with some rounding.
  package static let usualTolerance = 1e-5

  /// Makes one of all its parts.
  package init(
    name: String, layer: SourceText, blobs: [CheckedExpression], bottoms: [CheckedExpression],
    expectation: Expectation, tolerance: Double, place: SourcePlace
  ) {
    self.name = name
    self.layer = layer
    self.blobs = blobs
    self.bottoms = bottoms
    self.expectation = expectation
    self.tolerance = tolerance
    self.place = place
  }
}
