import Threads

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
    _ inputs: [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    var tops: [NetValue<S>] = []
    for input in inputs {
      let outputCount = try parameters.requiredOutputCount()
      let problem = try parameters.problem(input.shape, transposed: false)
      var top = NetValue<S>(shape: problem.outputShape)
      top.values.withUnsafeMutableBufferPointer { target in
        input.values.withUnsafeBufferPointer { source in
          blobs[0].values.withUnsafeBufferPointer { weights in
            guard let target = target.baseAddress, let source = source.baseAddress,
              let weights = weights.baseAddress
            else { return }
            if problem.channels == problem.group {
              DepthwiseKernel.run(problem, outputCount, source, weights, target)
            } else {
              ConvolutionKernel.run(problem, outputCount, source, weights, target)
            }
          }
        }
      }
      if parameters.hasBias {
        top.add(perChannel: blobs[1].values, inner: problem.geometry.output.product)
      }
      tops.append(top.through(fusedReLU))
    }
    return tops
  }
}

/// Convolution as a matrix product of the weights and the windows.
enum ConvolutionKernel {
  static func run<S: NetScalar>(
    _ problem: ConvolutionParameters.Problem, _ outputs: Int, _ source: UnsafePointer<S>,
    _ weights: UnsafePointer<S>, _ target: UnsafeMutablePointer<S>
  ) {
    let geometry = problem.geometry.simplified
    let columns = geometry.output.product
    let depth = problem.channels / problem.group * geometry.tapCount
    let rows = outputs / problem.group
    let inputStride = problem.channels / problem.group * geometry.input.product
    let strip = MatrixProduct.strip(columns: columns, width: S.vectorWidth)
    let strips = (columns + strip - 1) / strip
    let matrices = (0..<problem.group).map {
      PackedMatrix(
        weights + $0 * rows * depth, rows: rows, columns: depth, rowStride: depth, columnStride: 1)
    }
    let products = problem.images * problem.group
    Parallel.forEach(products * strips, work: products * rows * depth * columns) { index in
      let (product, first) = (index / strips, index % strips * strip)
      MatrixProduct.multiply(
        matrices[product % problem.group], geometry, of: source + product * inputStride,
        columns: first..<min(columns, first + strip), into: target + product * rows * columns,
        stride: columns)
    }
  }
}

/// Convolution with one input channel per group: each weight adds a shifted input.
enum DepthwiseKernel {
  static func run<S: NetScalar>(
    _ problem: ConvolutionParameters.Problem, _ outputs: Int, _ source: UnsafePointer<S>,
    _ weights: UnsafePointer<S>, _ target: UnsafeMutablePointer<S>
  ) {
    let geometry = problem.geometry.input.isEmpty ? .identity(count: 1) : problem.geometry
    let columns = geometry.output.product
    let plane = geometry.input.product
    let taps = geometry.tapCount
    let windows = WindowColumns<S>(geometry, columns: 0..<columns)
    let perChannel = outputs / problem.channels
    let planes = problem.images * outputs
    Parallel.forEach(planes, work: planes * columns * taps * 2) { index in
      let output = index % outputs
      let channel = index / outputs * problem.channels + output / perChannel
      let sum = target + index * columns
      withUnsafeTemporaryAllocation(of: S.self, capacity: columns) { line in
        let line = line.baseAddress!
        for tap in 0..<taps {
          windows.fill(line, channel: source + channel * plane, tap: tap)
          let weight = weights[output * taps + tap]
          for place in 0..<columns { sum[place] += weight * line[place] }
        }
      }
    }
  }
}
