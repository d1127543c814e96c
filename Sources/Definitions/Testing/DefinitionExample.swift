import RuleModel

/// The shapes of an example of a definition.
package struct DefinitionExample: Sendable {
  /// The shapes of what the layer reads.
  package let bottoms: [[Int]]
  /// The shapes of its parameter blobs.
  package let blobs: [[Int]]
  /// How many tops it has.
  package let topCount: Int

  /// The shapes of an example that is computed; nil for one that the definition refuses, and for one whose numbers have no value.
  package init?(_ test: DefinitionTest) {
    guard case .tops(let tops) = test.expectation,
      let bottoms = try? DefinitionTestRunner.values(test.bottoms),
      let blobs = try? DefinitionTestRunner.values(test.blobs)
    else { return nil }
    self.bottoms = bottoms.map(\.shape)
    self.blobs = blobs.map(\.shape)
    topCount = max(tops.count, 1)
  }
}
