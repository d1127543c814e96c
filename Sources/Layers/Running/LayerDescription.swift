/// One layer of one net: its parameters are read and checked when it is made.
///
/// A layer type is a file in Layers/ and a line in ``LayerRegistry``. It writes the first three
/// requirements; the others come with the protocol.
package protocol LayerDescription: Sendable {
  /// Reads the layer's parameters.
  init(_ description: WrittenLayer) throws(LayerError)

  /// The shapes of the tops for bottoms of these shapes; where they depend on the values, as for
  /// DetectionOutput, the largest possible.
  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]]

  /// The tops for bottoms and parameter blobs, in Caffe's TEST phase.
  func run<S: NetScalar>(_ inputs: [NetValue<S>], blobs: [NetValue<S>]) throws(LayerError) -> [NetValue<
    S
  >]

  /// `run` for Float: the concrete entry that the optimiser makes fast code for.
  func runInFloat(_ inputs: [NetValue<Float>], blobs: [NetValue<Float>]) throws(LayerError) -> [NetValue<
    Float
  >]

  /// `run` for Double.
  func runInDouble(
    _ inputs: [NetValue<Double>], blobs: [NetValue<Double>]
  ) throws(LayerError) -> [NetValue<Double>]
}

extension LayerDescription {
  package func runInFloat(
    _ inputs: [NetValue<Float>], blobs: [NetValue<Float>]
  ) throws(LayerError) -> [NetValue<Float>] {
    try run(inputs, blobs: blobs)
  }

  package func runInDouble(
    _ inputs: [NetValue<Double>], blobs: [NetValue<Double>]
  ) throws(LayerError) -> [NetValue<Double>] {
    try run(inputs, blobs: blobs)
  }
}
