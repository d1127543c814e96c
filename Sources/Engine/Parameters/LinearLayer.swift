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
  /// Whether it surrounds its input with zeros.
  let pads: Bool
  /// How weight elements map to output channels; nil when no weights are at hand.
  let inner: Int
  let modulus: Int
  let rowsPerGroup: Int
  /// How weight elements map to input channels; nil where a fold on the input side is not worked out.
  let input: InputSide?

  /// The other side of the weights.
  struct InputSide {
    /// Number of input channels; nil where the weights do not tell: an inner product sees K numbers.
    var channelCount: Int?
    /// Number of inputs that one output sees.
    var elementCount: Int
    /// The layout for a number of channels.
    var layout: @Sendable (Int) -> (inner: Int, modulus: Int, rowsPerGroup: Int)
  }

  /// Reads the layout of `layer` off its parameters and blobs.
  ///
  /// - Throws: a refusal where parameters and blobs contradict each other.
  init(_ layer: LayerID, in net: WorkingNet) throws(Refusal.Reason) {
    self.layer = layer
    let type = net.graph[layer].type
    let isInnerProduct = type == "InnerProduct"
    let parameters = LinearParameters.of(layer, in: net)
    guard parameters.axis == 1 else {
      throw Refusal.Reason(OtherAxis(layer: net.graph.named(layer), axis: parameters.axis, count: 1))
    }
    biasPath = parameters.biasPath
    hasBias = parameters.hasBias
    pads = parameters.pads
    guard let blobs = try net.blobs(of: layer) else {
      outputCount = parameters.outputCount ?? 0
      (rank, inner, modulus, rowsPerGroup) = (isInnerProduct ? 2 : 4, 1, 1, 1)
      input =
        type.containsText("Deconvolution")
        ? nil : InputSide(channelCount: nil, elementCount: 0) { _ in (1, 1, 1) }
      return
    }
    guard blobs.count == (hasBias ? 2 : 1) else {
      throw Refusal.Reason(
        BlobCount(
          layer: net.graph.named(layer), found: blobs.count, expected: hasBias ? .weightsAndBias : .weights))
    }
    let shape = blobs[0].shape
    let count = blobs[0].count
    let outputs = parameters.outputCount ?? shape.first ?? 0
    func wrongShape(_ expected: BlobShape.Expected) -> Refusal.Reason {
      Refusal.Reason(
        BlobShape(layer: net.graph.named(layer), blob: 0, shape: shape.sizes, expected: expected))
    }
    guard outputs > 0, count > 0, count % outputs == 0 else {
      throw wrongShape(.multiple(of: outputs))
    }
    outputCount = outputs
    if isInnerProduct {
      rank = 2
      let isTransposed = parameters.isTransposed
      // Legacy shapes put [N, K] behind two ones.
      let matrix = shape.count == 4 ? Array(shape.suffix(2)) : shape.sizes
      guard matrix.count == 2, matrix[isTransposed ? 1 : 0] == outputs else {
        throw wrongShape(.axes(isTransposed ? "[K, \(outputs)]" : "[\(outputs), K]"))
      }
      (inner, modulus, rowsPerGroup) =
        isTransposed ? (1, outputs, count / outputs) : (count / outputs, outputs, 1)
      let inputs = count / outputs
      // Every channel is inputs/C numbers long; transposed, each of them is a row of all outputs.
      input = InputSide(channelCount: nil, elementCount: inputs) { channels in
        isTransposed ? (inputs / channels * outputs, channels, 1) : (inputs / channels, channels, outputs)
      }
    } else if type.containsText("Deconvolution") {
      rank = max(shape.count, 3)
      let group = parameters.group
      guard group > 0, outputs % group == 0, shape.count >= 2, shape[1] == outputs / group,
        shape[0] > 0, shape[0] % group == 0
      else { throw wrongShape(.axes("[inputs, \(outputs)/\(group), …]")) }
      (inner, modulus, rowsPerGroup) = (count / (shape[0] * shape[1]), outputs / group, shape[0] / group)
      input = nil
    } else {
      rank = max(shape.count, 3)
      guard shape.first == outputs else { throw wrongShape(.axes("[\(outputs), …]")) }
      (inner, modulus, rowsPerGroup) = (count / outputs, outputs, 1)
      // The depthwise forks need no 'group': it follows from the weights.
      let isDepthwise = type == "ConvolutionDepthwise" || type == "DepthwiseConvolution"
      let group = isDepthwise && shape.count >= 2 ? outputs / max(1, shape[1]) : max(1, parameters.group)
      if shape.count >= 2, group > 0, outputs % group == 0, shape[1] > 0 {
        let perGroup = shape[1]
        let kernel = count / outputs / perGroup
        input = InputSide(channelCount: perGroup * group, elementCount: count / outputs) { _ in
          (kernel, perGroup, outputs / group)
        }
      } else {
        input = nil
      }
    }
    if hasBias, blobs[1].count != outputs {
      throw Refusal.Reason(
        BlobShape(
          layer: net.graph.named(layer), blob: 1, shape: blobs[1].shape.sizes, expected: .axes("[\(outputs)]")
        ))
    }
  }

  /// One factor per output channel, as it lies over the weights.
  func scale(_ factors: [Double]) -> ChannelScale {
    ChannelScale(factors: factors, inner: inner, modulus: modulus, rowsPerGroup: rowsPerGroup)
  }
}
