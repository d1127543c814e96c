/// Deconvolution, the transpose of Convolution: each input value adds its weights to a window of the output.
struct DeconvolutionLayer: LinearDescription {
  static let facts = LayerFacts(
    "Deconvolution", bottoms: 1...Int.max, tops: 1...Int.max, parameters: [ConvolutionParameters.fields()],
    blobs: .weights, bias: BiasField(in: message, default: true),
    sample: LayerSample(ConvolutionParameters.draw))

  let parameters: ConvolutionParameters

  init(_ description: WrittenLayer) throws(LayerError) {
    parameters = try ConvolutionParameters(description)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    var shapes: [[Int]] = []
    for input in inputs { shapes.append(try parameters.problem(input, transposed: true).outputShape) }
    return shapes
  }

  static let message = ConvolutionParameters.message
  var foldsInput: Bool { false }
  var axis: Int { parameters.axis }
  var outputCount: Int? { parameters.numOutput }
  var hasBias: Bool { parameters.hasBias }
  var window: WindowFields? { parameters.window.fields }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] {
    parameters.channels(bottoms, topCount: topCount)
  }

  func blobs(_ bottoms: [[Int]]) throws(LayerError) -> [BlobDescription] {
    try parameters.blobs(bottoms, transposed: true)
  }

  func multiplyAdds(_ bottoms: [[Int]]) throws(LayerError) -> Int {
    try parameters.multiplyAdds(bottoms, transposed: true)
  }

  func geometry(ofWeights shape: [Int]) throws(LinearGeometry.Mismatch) -> LinearGeometry {
    let group = parameters.group ?? 1
    let outputCount =
      outputCount ?? (shape.count >= 2 && group > 0 ? [shape[1], group].saturatingProduct : 0)
    guard group > 0, outputCount % group == 0, shape.count >= 2, shape[1] == outputCount / group,
      shape[0] > 0, shape[0] % group == 0, shape.saturatingProduct > 0
    else { throw LinearGeometry.Mismatch(expected: "[inputs, \(outputCount)/\(group), …]") }
    return LinearGeometry(
      outputCount: outputCount, rank: max(shape.count, 3),
      output: LinearGeometry.Layout(
        inner: shape.dropFirst(2).saturatingProduct, modulus: outputCount / group,
        rowsPerGroup: shape[0] / group))
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    var tops: [NetValue<S>] = []
    for input in inputs {
      let outputCount = try parameters.requiredOutputCount()
      let problem = try parameters.problem(input.shape, transposed: true)
      var top = NetValue<S>(written: problem.outputShape) { target in
        input.read { source in
          blobs[0].read { weights in
            let bias = parameters.hasBias ? blobs[1] : nil
            bias.read { DeconvolutionKernel.run(problem, outputCount, source, weights, $0, target) }
          }
        }
      }
      tops.append(top.through(fusedReLU))
    }
    return tops
  }
}
