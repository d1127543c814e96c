import CaffeIO
import Diagnostics
import Layers
import RuleModel
import Tensors

/// The expressions of a type's definition, evaluated for one layer of a net, which they call `layer`.
package struct LayerExpressions {
  private let environment: MatchEnvironment

  /// Begins with the names that the definition gives to intermediate results.
  package init(_ net: WorkingNet, layer: LayerID, lets: [Let]) {
    environment = MatchEnvironment(net, layer: layer, lets: lets)
  }

  /// Gives a name a number, as a repetition counts it.
  package func set(_ name: String, to number: Int) { environment.assign(.number(Double(number)), to: name) }

  /// The value of an expression; nil when it depends on weights that the net does not have.
  ///
  /// - Throws: the refusal that says why there is none.
  package func value(of expression: CheckedExpression) throws(Refusal.Reason) -> ExpressionValue? {
    try environment.lazyValue(of: expression)
  }

  /// Whether a condition holds; nil when it depends on weights that the net does not have.
  package func truth(of condition: CheckedExpression) throws(Refusal.Reason) -> Bool? {
    try environment.truth(of: condition)
  }
}

extension LazyTensor {
  /// The blob of a net that the tensor is, in whatever shape; nil where something is computed.
  package var blob: BlobContent? { (source as? BlobSource)?.content }
}

/// What writers of other formats ask of a net.
extension WorkingNet {
  /// Why the shape of a value is not known, as a sentence part.
  package func whyUnknown(shapeOf value: ValueID) -> String {
    do {
      _ = try shapes.shape(of: value, in: self)
      return ""
    } catch {
      return error.sentence
    }
  }

  /// Whether the executor can run a layer: it understands the layer, and no user's definition gives its blobs another
  /// meaning.
  package func canRun(_ layer: LayerID) -> Bool {
    described(layer).isUnderstood && !isRedefined(layer)
  }

  /// Computes the tops of a layer that has no parameter blobs.
  ///
  /// - Throws: `LayerError` for a layer that cannot be run.
  package func tops(of layer: LayerID, bottoms: [NetValue<Float>]) throws(LayerError) -> [NetValue<Float>] {
    let described = described(layer)
    let subject = LayerSubject(name: graph[layer].name, type: graph[layer].type)
    guard let description = described.layer else {
      throw described.obstacle ?? LayerError(subject, .unknownType)
    }
    let limits = LayerLimits()
    for shape in try description.outputShapes(bottoms.map(\.shape)) { try limits.check(shape, of: subject) }
    return try Float.run(description, bottoms, blobs: [])
  }
}
