import Threads

/// Convolution, and the depthwise forks of it: y[o] = b[o] + Σ_{i,k} W[o,i,k]·x[i, window k].
struct ConvolutionLayer: LayerDescription {
  let parameters: ConvolutionParameters

  init(_ description: WrittenLayer) throws(LayerError) {
    parameters = try ConvolutionParameters(description)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    var shapes: [[Int]] = []
    for input in inputs { shapes.append(try parameters.problem(input, transposed: false).outputShape) }
    return shapes
  }

  func run<S: NetScalar>(
    _ inputs: [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    var tops: [NetValue<S>] = []
    for input in inputs {
      let problem = try parameters.problem(input.shape, transposed: false)
      var top = NetValue<S>(shape: problem.outputShape)
      top.values.withUnsafeMutableBufferPointer { target in
        input.values.withUnsafeBufferPointer { source in
          blobs[0].values.withUnsafeBufferPointer { weights in
            guard let target = target.baseAddress, let source = source.baseAddress,
              let weights = weights.baseAddress
            else { return }
            if problem.channels == problem.group {
              DepthwiseKernel.run(problem, parameters.outputCount, source, weights, target)
            } else {
              ConvolutionKernel.run(problem, parameters.outputCount, source, weights, target)
            }
          }
        }
      }
      if parameters.hasBias {
        top.add(perChannel: blobs[1].values, inner: problem.geometry.output.product)
      }
      tops.append(top)
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
