import Threads

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
    _ inputs: [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    var tops: [NetValue<S>] = []
    for input in inputs {
      let outputCount = try parameters.requiredOutputCount()
      let problem = try parameters.problem(input.shape, transposed: true)
      var top = NetValue<S>(shape: problem.outputShape)
      top.values.withUnsafeMutableBufferPointer { target in
        input.values.withUnsafeBufferPointer { source in
          blobs[0].values.withUnsafeBufferPointer { weights in
            guard let target = target.baseAddress, let source = source.baseAddress,
              let weights = weights.baseAddress
            else { return }
            DeconvolutionKernel.run(problem, outputCount, source, weights, target)
          }
        }
      }
      if parameters.hasBias {
        top.add(perChannel: blobs[1].values, inner: problem.geometry.input.product)
      }
      tops.append(top.through(fusedReLU))
    }
    return tops
  }
}

/// The transposed weights times the input are the windows' contributions; adding them up gives the output
/// (col2im).
enum DeconvolutionKernel {
  static func run<S: NetScalar>(
    _ problem: ConvolutionParameters.Problem, _ outputs: Int, _ source: UnsafePointer<S>,
    _ weights: UnsafePointer<S>, _ target: UnsafeMutablePointer<S>
  ) {
    // A net without spatial axes has one window of one value.
    let geometry = problem.geometry.input.isEmpty ? .identity(count: 1) : problem.geometry
    let taps = geometry.tapCount
    let windows = geometry.output.product
    let plane = geometry.input.product
    let depth = problem.channels / problem.group
    let channels = outputs / problem.group
    let rows = channels * taps
    let grid = WindowGeometry.identity(count: windows)
    let strip = MatrixProduct.strip(columns: windows, width: S.vectorWidth)
    let strips = (windows + strip - 1) / strip
    let sums = WindowSums<S>(geometry)
    let contributions = UnsafeMutablePointer<S>.allocate(capacity: rows * windows)
    defer { contributions.deallocate() }
    for product in 0..<problem.images * problem.group {
      // Packed here, not once: with many groups, as in depthwise layers, each is small.
      let group = product % problem.group
      let matrix = PackedMatrix(
        weights + group * depth * rows, rows: rows, columns: depth, rowStride: 1, columnStride: rows)
      Parallel.forEach(strips, work: rows * depth * windows) { index in
        let first = index * strip
        MatrixProduct.multiply(
          matrix, grid, of: source + product * depth * windows,
          columns: first..<min(windows, first + strip), into: contributions, stride: windows)
      }
      Parallel.forEach(channels, work: rows * windows * 2) { channel in
        sums.add(
          contributions + channel * taps * windows, to: target + (product * channels + channel) * plane)
      }
    }
  }
}
