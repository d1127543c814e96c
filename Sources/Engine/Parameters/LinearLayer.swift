import CaffeIO

/// Where a linear layer keeps its output channels: what a fold on its output side has to know.
///
/// | type | weights | channel of a weight |
/// |---|---|---|
/// | Convolution and its depthwise forks | [out, in/g, k…] | axis 0 |
/// | Deconvolution | [in, out/g, k…] | axis 1 within each group |
/// | InnerProduct | [N, K], transposed [K, N] | N |
struct LinearLayer {
  /// The layer.
  let layer: LayerID
  /// Number of output channels.
  let outputCount: Int
  /// Rank of the top: 2 + spatial axes, or 2 for InnerProduct.
  let rank: Int
  /// Whether it has a bias blob now.
  let hasBias: Bool
  /// The parameter that says whether it has a bias.
  let biasPath: [String]
  /// How weight elements map to output channels; nil when no weights are at hand.
  let inner: Int
  let modulus: Int
  let rowsPerGroup: Int

  /// Reads the layout of `layer` off its parameters and blobs.
  ///
  /// - Throws: a refusal where parameters and blobs contradict each other.
  init(_ layer: LayerID, in net: WorkingNet) throws(Refusal.Reason) {
    self.layer = layer
    let type = net.graph[layer].type
    let isInnerProduct = type == "InnerProduct"
    let parameters = isInnerProduct ? "inner_product_param" : "convolution_param"
    func integer(_ name: String, or fallback: Int) -> Int {
      net.attribute([parameters, name], of: layer)?.integer ?? fallback
    }
    let axis = integer("axis", or: 1)
    guard axis == 1 else { throw .axis(layer: layer, axis: axis, count: 1) }
    biasPath = [parameters, "bias_term"]
    hasBias = net.attribute(biasPath, of: layer)?.boolean ?? true
    guard let blobs = try net.blobs(of: layer) else {
      outputCount = integer("num_output", or: 0)
      (rank, inner, modulus, rowsPerGroup) = (isInnerProduct ? 2 : 4, 1, 1, 1)
      return
    }
    guard blobs.count == (hasBias ? 2 : 1) else {
      throw .blobCount(
        layer: layer, found: blobs.count, expected: hasBias ? "2 (weights and bias)" : "1 (weights)")
    }
    let shape = blobs[0].shape
    let count = blobs[0].count
    let outputs = integer("num_output", or: shape.first ?? 0)
    func wrongShape(_ expected: String) -> Refusal.Reason {
      .blobShape(layer: layer, blob: 0, shape: shape, expected: expected)
    }
    guard outputs > 0, count > 0, count % outputs == 0 else {
      throw wrongShape("a multiple of \(outputs) outputs")
    }
    outputCount = outputs
    if isInnerProduct {
      rank = 2
      let isTransposed = net.attribute([parameters, "transpose"], of: layer)?.boolean ?? false
      // Legacy shapes put [N, K] behind two ones.
      let matrix = shape.count == 4 ? Array(shape.suffix(2)) : shape
      guard matrix.count == 2, matrix[isTransposed ? 1 : 0] == outputs else {
        throw wrongShape(isTransposed ? "[K, \(outputs)]" : "[\(outputs), K]")
      }
      (inner, modulus, rowsPerGroup) =
        isTransposed ? (1, outputs, count / outputs) : (count / outputs, outputs, 1)
    } else if type.contains("Deconvolution") {
      rank = max(shape.count, 3)
      let group = integer("group", or: 1)
      guard group > 0, outputs % group == 0, shape.count >= 2, shape[1] == outputs / group,
        shape[0] > 0, shape[0] % group == 0
      else { throw wrongShape("[inputs, \(outputs)/\(group), …]") }
      (inner, modulus, rowsPerGroup) = (count / (shape[0] * shape[1]), outputs / group, shape[0] / group)
    } else {
      rank = max(shape.count, 3)
      guard shape.first == outputs else { throw wrongShape("[\(outputs), …]") }
      (inner, modulus, rowsPerGroup) = (count / outputs, outputs, 1)
    }
    if hasBias, blobs[1].count != outputs {
      throw .blobShape(layer: layer, blob: 1, shape: blobs[1].shape, expected: "[\(outputs)]")
    }
  }

  /// One factor per output channel, as it lies over the weights.
  func scale(_ factors: [Double]) -> ChannelScale {
    ChannelScale(factors: factors, inner: inner, modulus: modulus, rowsPerGroup: rowsPerGroup)
  }
}
