import Diagnostics
import Engine
import Layers

/// A layer that the executor does not know, computed as the definition of its type says.
///
/// The operators are those that an export would write. The evaluator of operators runs them in the precision of the run: in
/// `Double`, only the numbers of files are rounded.
package struct DefinedLayer: LayerDescription {
  package static let facts = LayerFacts("", bottoms: 0...Int.max, tops: 0...Int.max, worksInPlace: true)

  private let layers: DefinedLayers
  private let id: LayerID
  /// The layer's name and type.
  package let subject: LayerSubject

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
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let bottoms = inputs.map { NetValue(shape: $0.shape, values: S.widened($0.values)) }
    let given = blobs.map { NetValue(shape: $0.shape, values: S.widened($0.values)) }
    return try layers.run(id, bottoms, blobs: given, subject).map { value in
      NetValue(shape: value.shape, values: S.rounded(value.values))
    }
  }

  package func runInFloat(
    _ inputs: inout [NetValue<Float>], blobs: [NetValue<Float>]
  ) throws(LayerError) -> [NetValue<Float>] {
    let given = blobs.map { NetValue(shape: $0.shape, values: Float.widened($0.values)) }
    return try layers.run(id, inputs, blobs: given, subject)
  }

  package func runInDouble(
    _ inputs: inout [NetValue<Double>], blobs: [NetValue<Double>]
  ) throws(LayerError) -> [NetValue<Double>] {
    try layers.run(id, inputs, blobs: blobs, subject)
  }
}
