import Diagnostics
import Tensors

/// An example inside a rule file, run by `caffold rules test`.
package struct RuleTest: Sendable {
  /// What must come of it.
  package enum Expectation: Sendable {
    /// The rule rewrites; these layers are left, in order, where given.
    case rewritten(layers: [String]?)
    /// The rule refuses at a layer with a reason's code.
    case refused(layer: String?, reason: String)
    /// The rule finds nothing.
    case unmatched
    /// The rule reports: at these layers, in order, and in these words, where given.
    case reported(layers: [String]?, because: String?)
  }

  /// What it shows.
  package var name: String
  /// The net, as prototxt.
  package var net: SourceText
  /// The values of the rule's parameters.
  package var arguments: [String: ExpressionValue]
  /// The numbers of blobs, by the layer that has them; without any the blobs of all layers are assumed to be there.
  package var weights: [TestWeights]
  /// What must come of it.
  package var expectation: Expectation
  /// Where it stands.
  package var place: SourcePlace

  /// Makes one of all its parts.
  package init(
    name: String, net: SourceText, arguments: [String: ExpressionValue], weights: [TestWeights] = [],
    expectation: Expectation, place: SourcePlace
  ) {
    self.name = name
    self.net = net
    self.arguments = arguments
    self.weights = weights
    self.expectation = expectation
    self.place = place
  }
}

/// The blobs of one layer of a test.
package struct TestWeights: Sendable {
  /// The layer's name.
  package let layer: String
  /// What gives the numbers of each blob; expressions use the parameters of the rule.
  package let blobs: [CheckedExpression]
  /// Where it stands.
  package let place: SourcePlace

  /// Makes one of all its parts.
  package init(layer: String, blobs: [CheckedExpression], place: SourcePlace) {
    self.layer = layer
    self.blobs = blobs
    self.place = place
  }

  /// The numbers, where the rule's parameters have these values.
  ///
  /// - Throws: `LocatedExpressionError` for an expression without a value.
  package func tensors(_ arguments: [String: ExpressionValue]) throws -> [Tensor] {
    try blobs.map { blob in
      do throws(ExpressionError) {
        return try ExpressionEvaluator(NamedValues(arguments)).tensor(of: blob.expression)
      } catch {
        throw error.located(in: blob.node)
      }
    }
  }
}
