import CaffeIO

/// One layer of one net: its parameters are read and checked when it is made.
///
/// A layer type is a file of this target and a line in ``LayerRegistry``. A type must say its facts, read its parameters, tell
/// the shapes of its tops and compute them; the other answers have defaults that follow from the facts.
///
/// A layer may be described without its parameter blobs: it then answers what follows from its parameters alone.
package protocol LayerDescription: Sendable {
  /// What holds for every layer of the type.
  static var facts: LayerFacts { get }

  /// Reads the layer's parameters.
  init(_ layer: WrittenLayer) throws(LayerError)

  /// The shapes of the tops for bottoms of these shapes; where they depend on the values, as for
  /// DetectionOutput, the largest possible.
  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]]

  /// The tops for bottoms and parameter blobs, in Caffe's TEST phase.
  ///
  /// - Parameter inputs: the bottoms, which the layer may use up: what is left of them has no meaning.
  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>]

  /// `run` for Float: the concrete entry that the optimiser makes fast code for.
  func runInFloat(
    _ inputs: inout [NetValue<Float>], blobs: [NetValue<Float>]
  ) throws(LayerError) -> [NetValue<Float>]

  /// `run` for Double.
  func runInDouble(
    _ inputs: inout [NetValue<Double>], blobs: [NetValue<Double>]
  ) throws(LayerError) -> [NetValue<Double>]

  /// How many channels (axis 1) each top has, where the bottoms have these; nil where the number is not known.
  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?]

  /// The parameter blobs of the layer for bottoms of these shapes.
  ///
  /// - Throws: `LayerError` for bottoms that do not suit the parameters.
  func blobs(_ bottoms: [[Int]]) throws(LayerError) -> [BlobDescription]

  /// Whether the layer has blobs that training has found.
  var isTrained: Bool { get }

  /// How many products with parameter blobs the layer adds or takes for bottoms of these shapes: the usual measure of cost.
  func multiplyAdds(_ bottoms: [[Int]]) throws(LayerError) -> Int

  /// The axis along which the layer puts its bottoms one after the other, as written; nil for a layer that does not.
  var joinedAxis: Int? { get }

  /// The window that the layer moves over its bottom; nil for a layer without one.
  var window: WindowFields? { get }

  /// The ReLU that the layer applies to its tops; nil for a layer without one.
  var fusedReLU: FusedReLU? { get }
}

extension LayerDescription {
  package func runInFloat(
    _ inputs: inout [NetValue<Float>], blobs: [NetValue<Float>]
  ) throws(LayerError) -> [NetValue<Float>] {
    try run(&inputs, blobs: blobs)
  }

  package func runInDouble(
    _ inputs: inout [NetValue<Double>], blobs: [NetValue<Double>]
  ) throws(LayerError) -> [NetValue<Double>] {
    try run(&inputs, blobs: blobs)
  }

  package func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] {
    Array(repeating: Self.facts.keepsShape ? bottoms.first ?? nil : nil, count: topCount)
  }

  package func blobs(_ bottoms: [[Int]]) throws(LayerError) -> [BlobDescription] { [] }

  package var isTrained: Bool { Self.facts.blobs != .none }

  package func multiplyAdds(_ bottoms: [[Int]]) throws(LayerError) -> Int {
    Self.facts.blobs.isPerChannel && isTrained ? bottoms[0].saturatingProduct : 0
  }

  package var joinedAxis: Int? { nil }

  package var window: WindowFields? { nil }

  package var fusedReLU: FusedReLU? { nil }
}
