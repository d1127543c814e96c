/// Convolution, and the depthwise forks of it: y[o] = b[o] + Σ_{i,k} W[o,i,k]·x[i, window k].
struct ConvolutionLayer: LinearDescription {
  static let facts = LayerFacts(
    "Convolution", "ConvolutionDepthwise", "DepthwiseConvolution", bottoms: 1...Int.max, tops: 1...Int.max,
    parameters: [ConvolutionParameters.fields(and: FusedReLU.fields)], blobs: .weights,
    bias: BiasField(in: message, default: true), sample: LayerSample(ConvolutionParameters.draw))

  let parameters: ConvolutionParameters
  let fusedReLU: FusedReLU?

  init(_ description: WrittenLayer) throws(LayerError) {
    parameters = try ConvolutionParameters(description)
    fusedReLU = try FusedReLU(description, message: Self.message)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    var shapes: [[Int]] = []
    for input in inputs { shapes.append(try parameters.problem(input, transposed: false).outputShape) }
    return shapes
  }

  static let message = ConvolutionParameters.message
  static let canFuseReLU = true
  var axis: Int { parameters.axis }
  var outputCount: Int? { parameters.numOutput }
  var hasBias: Bool { parameters.hasBias }
  var window: WindowFields? { parameters.window.fields }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] {
    parameters.channels(bottoms, topCount: topCount)
  }

  func blobs(_ bottoms: [[Int]]) throws(LayerError) -> [BlobDescription] {
    try parameters.blobs(bottoms, transposed: false)
  }

  func multiplyAdds(_ bottoms: [[Int]]) throws(LayerError) -> Int {
    try parameters.multiplyAdds(bottoms, transposed: false)
  }

  func geometry(ofWeights shape: [Int]) throws(LinearGeometry.Mismatch) -> LinearGeometry {
    let outputCount = outputCount ?? shape.first ?? 0
    guard shape.first == outputCount, shape.saturatingProduct > 0 else {
      throw LinearGeometry.Mismatch(expected: "[\(outputCount), …]")
    }
    let inner = shape.dropFirst().saturatingProduct
    var input: LinearGeometry.Input?
    // The depthwise forks have a group for each channel, and say nothing of it: it follows from the weights.
    if shape.count >= 2, let group = parameters.group ?? dividing(outputCount, by: shape[1]),
      group > 0, outputCount % group == 0
    {
      input = .channels(
        shape[1] * group,
        LinearGeometry.Layout(inner: inner / shape[1], modulus: shape[1], rowsPerGroup: outputCount / group))
    }
    return LinearGeometry(
      outputCount: outputCount, rank: max(shape.count, 3),
      output: LinearGeometry.Layout(inner: inner, modulus: outputCount),
      input: input)
  }

  private func dividing(_ count: Int, by divisor: Int) -> Int? {
    divisor > 0 && count % divisor == 0 ? count / divisor : nil
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    var tops: [NetValue<S>] = []
    for input in inputs {
      let outputCount = try parameters.requiredOutputCount()
      let problem = try parameters.problem(input.shape, transposed: false)
      var top = NetValue<S>(written: problem.outputShape) { target in
        input.read { source in
          blobs[0].read { weights in
            let bias = parameters.hasBias ? blobs[1] : nil
            bias.read { ConvolutionKernel.run(problem, outputCount, source, weights, $0, target) }
          }
        }
      }
      tops.append(top.through(fusedReLU))
    }
    return tops
  }
}
