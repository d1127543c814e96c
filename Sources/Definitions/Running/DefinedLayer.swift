import Diagnostics
import Engine
import Layers

/// A layer that the executor does not know, computed as the definition of its type says.
///
/// The operators are those that an export would write, and the evaluator of operators runs them, in single precision.
package struct DefinedLayer: LayerDescription {
  package static let facts = LayerFacts("", bottoms: 0...Int.max, tops: 0...Int.max, worksInPlace: true)

  private let layers: DefinedLayers
  private let id: LayerID
  private let subject: LayerSubject

  /// A layer without a net cannot be one: nothing defines it.
  package init(_ layer: WrittenLayer) throws(LayerError) { throw layer.error(.unknownType) }

  init(_ id: LayerID, of layers: DefinedLayers, _ subject: LayerSubject) {
    self.id = id
    self.layers = layers
    self.subject = subject
  }

  package func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    try layers.topShapes(of: id, inputs, subject)
  }

  package func run<S: NetScalar>(
    _ inputs: [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let bottoms = inputs.map { NetValue<Float>(shape: $0.shape, values: $0.values.map { Float($0) }) }
    return try layers.run(id, bottoms, subject).map { value in
      NetValue(shape: value.shape, values: value.values.map { S($0) })
    }
  }
}
