import Threads

/// Convolution of images × channels × input with outputs × channels/groups × kernel.
enum ConvolutionKernel {
  /// target[i][o] = shift[o] + Σ_{c,k} weights[o][c][k]·source[i][c, window k]; `shift` may be nil.
  static func run<S: NetScalar>(
    _ problem: ConvolutionParameters.Problem, _ outputs: Int, _ source: UnsafePointer<S>,
    _ weights: UnsafePointer<S>, _ shift: UnsafePointer<S>?, _ target: UnsafeMutablePointer<S>
  ) {
    if problem.channels == 0 {
      // Sums of nothing.
      let plane = problem.geometry.output.product
      for index in 0..<problem.images * outputs {
        (target + index * plane).update(repeating: shift.map { $0[index % outputs] } ?? 0, count: plane)
      }
    } else if problem.channels == problem.group {
      DepthwiseKernel.run(problem, outputs, source, weights, shift, target)
    } else {
      product(problem, outputs, source, weights, shift, target)
    }
  }

  /// As a product of the weights and the windows.
  private static func product<S: NetScalar>(
    _ problem: ConvolutionParameters.Problem, _ outputs: Int, _ source: UnsafePointer<S>,
    _ weights: UnsafePointer<S>, _ shift: UnsafePointer<S>?, _ target: UnsafeMutablePointer<S>
  ) {
    let geometry = problem.geometry.simplified
    let columns = geometry.output.product
    let channels = problem.channels / problem.group
    let (depth, rows) = (channels * geometry.tapCount, outputs / problem.group)
    let plane = geometry.input.product
    func multiply(
      _ product: Int, _ piece: (rows: Range<Int>, columns: Range<Int>),
      _ pack: (Range<Int>, UnsafeMutablePointer<S>) -> Void
    ) {
      let group = product % problem.group
      let matrix = StridedMatrix(
        start: weights + group * rows * depth, rowCount: rows, rowStride: depth, columnStride: 1)
      MatrixProduct.multiply(
        matrix, depth: depth, rows: piece.rows, columns: piece.columns,
        shift: shift.map { $0 + group * rows },
        into: target + product * rows * columns, stride: columns, pack: pack)
    }
    guard let places = WindowPlaces(geometry) else {
      let products = problem.images * problem.group
      let cut = MatrixProduct.Cut(rows: rows, columns: columns, panel: S.panelWidth, products: products)
      Parallel.forEach(products * cut.count, work: products * rows * depth * columns) { index in
        let (product, piece) = (index / cut.count, cut.piece(index % cut.count))
        let windows = WindowColumns<S>(geometry, columns: piece.columns)
        multiply(product, piece) {
          windows.pack($0, of: source + product * channels * plane, into: $1)
        }
      }
      return
    }
    let columnOffsets = places.windows(0..<columns)
    // A copy is made of one image at a time.
    let batch = places.isCopy ? 1 : problem.images
    let products = batch * problem.group
    let cut = MatrixProduct.Cut(rows: rows, columns: columns, panel: S.panelWidth, products: products)
    let channelCount = places.isCopy ? places.count : plane
    let rowOffsets = (0..<channels).flatMap { channel in places.offsets.map { channel * channelCount + $0 } }
    let copy = places.isCopy ? PaddedChannels<S>(places, count: problem.channels) : nil
    rowOffsets.withUnsafeBufferPointer { rowOffsets in
      columnOffsets.withUnsafeBufferPointer { columnOffsets in
        for image in stride(from: 0, to: problem.images, by: batch) {
          var input = source + image * problem.channels * plane
          if let copy { input = copy.take(input, plane: plane) }
          Parallel.forEach(products * cut.count, work: products * rows * depth * columns) { index in
            let (product, piece) = (index / cut.count, cut.piece(index % cut.count))
            multiply(image * problem.group + product, piece) { range, block in
              S.pack(
                input + product * channels * channelCount,
                rows: UnsafeBufferPointer(rebasing: rowOffsets[range]),
                columns: UnsafeBufferPointer(rebasing: columnOffsets[piece.columns]), into: block)
            }
          }
        }
      }
    }
  }
}

/// Memory for the channels of an image as ``WindowPlaces`` copies them.
final class PaddedChannels<S: NetScalar> {
  private let places: WindowPlaces
  private let count: Int
  private let memory: UnsafeMutablePointer<S>

  init(_ places: WindowPlaces, count: Int) {
    (self.places, self.count) = (places, count)
    memory = .allocate(capacity: places.count * count)
  }

  deinit { memory.deallocate() }

  /// The copy of these channels; it lives until the next one.
  func take(_ channels: UnsafePointer<S>, plane: Int) -> UnsafePointer<S> {
    Parallel.forEach(count, work: count * places.count) { channel in
      places.copy(channels + channel * plane, into: memory + channel * places.count, outside: 0)
    }
    return UnsafePointer(memory)
  }
}
