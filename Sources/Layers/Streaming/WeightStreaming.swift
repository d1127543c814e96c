import CaffeIO

/// A layer whose weights, its blob 0, can come in pieces, so that they need not be in memory.
///
/// It is run for proofs: in Double, on inputs that are small and may be zero in most places.
package protocol WeightStreaming: LinearDescription {
  /// Begins a run on one bottom.
  func product(with input: NetValue<Double>) throws(LayerError) -> any WeightProduct
  /// A bottom on which every weight counts.
  func smallestInput() throws(LayerError) -> SmallestInput
}

/// One run of a layer whose weights come in pieces.
package protocol WeightProduct: AnyObject {
  /// Takes in the weights from element `first` on, in the blob's order. They must not escape.
  func add(_ weights: WeightValues, from first: Int)
  /// Takes in what another run on the same bottom took in: runs of parts of the weights add up to one of all.
  func merge(_ other: any WeightProduct)
  /// The top, once all weights have come.
  ///
  /// - Parameter bias: one number per output channel; nil for a layer without.
  func top(bias: [Double]?) -> NetValue<Double>
}

extension ConvolutionLayer: WeightStreaming {
  package func product(with input: NetValue<Double>) throws(LayerError) -> any WeightProduct {
    let problem = try parameters.problem(input.shape, transposed: false)
    return RowProduct(convolving: input, problem, outputs: try parameters.requiredOutputCount()).through(
      fusedReLU)
  }
}

extension DeconvolutionLayer: WeightStreaming {
  package func product(with input: NetValue<Double>) throws(LayerError) -> any WeightProduct {
    let problem = try parameters.problem(input.shape, transposed: true)
    return RowSums(spreading: input, problem, outputs: try parameters.requiredOutputCount()).through(
      fusedReLU)
  }
}

extension InnerProductLayer: WeightStreaming {
  package func product(with input: NetValue<Double>) throws(LayerError) -> any WeightProduct {
    let shape = try outputShapes([input.shape])[0]
    let product: any WeightProduct =
      isTransposed
      ? RowSums(multiplying: input, shape: shape) : RowProduct(multiplying: input, shape: shape)
    return product.through(fusedReLU)
  }
}
