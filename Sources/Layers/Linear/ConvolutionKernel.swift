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
      WindowProduct(problem, outputs, source, weights, shift, target).run()
    }
  }
}

/// Convolution as a product of the weights and the windows.
private struct WindowProduct<S: NetScalar> {
  private let images: Int
  private let groups: Int
  private let geometry: WindowGeometry
  /// The channels and outputs of a group.
  private let channels: Int
  private let rows: Int
  private let columns: Int
  private let plane: Int
  private let source: UnsafePointer<S>
  private let weights: UnsafePointer<S>
  private let shift: UnsafePointer<S>?
  private let target: UnsafeMutablePointer<S>

  /// Numbers that a copy of channels may have where it has more than one: 4 MiB in Float.
  private static var copyCount: Int { 1 << 20 }

  init(
    _ problem: ConvolutionParameters.Problem, _ outputs: Int, _ source: UnsafePointer<S>,
    _ weights: UnsafePointer<S>, _ shift: UnsafePointer<S>?, _ target: UnsafeMutablePointer<S>
  ) {
    (images, groups, geometry) = (problem.images, problem.group, problem.geometry.simplified)
    (channels, rows) = (problem.channels / groups, outputs / groups)
    (columns, plane) = (geometry.output.product, geometry.input.product)
    (self.source, self.weights, self.shift, self.target) = (source, weights, shift, target)
  }

  func run() {
    let products = images * groups
    guard let places = WindowPlaces(geometry) else {
      multiply(0..<products, channels: 0..<channels) { product, columns, range, block in
        WindowColumns<S>(geometry, columns: columns)
          .pack(range, of: source + product * channels * plane, into: block)
      }
      return
    }
    let windows = places.windows(0..<columns)
    guard places.isCopy else {
      multiply(0..<products, channels: 0..<channels, of: source, plane: plane, places, windows)
      return
    }
    // Copies of all channels of an image, or of some channels of a group.
    let isWhole = channels * groups * places.count <= Self.copyCount
    let step = isWhole ? channels : min(channels, max(1, Self.copyCount / places.count))
    let batch = isWhole ? groups : 1
    let copy = UnsafeMutablePointer<S>.allocate(capacity: batch * step * places.count)
    defer { copy.deallocate() }
    for product in stride(from: 0, to: products, by: batch) {
      for start in stride(from: 0, to: channels, by: step) {
        let range = start..<min(channels, start + step)
        let from = source + (product * channels + start) * plane
        let count = batch * range.count
        Parallel.forEach(count, work: count * places.count) { channel in
          places.copy(from + channel * plane, into: copy + channel * places.count, outside: 0)
        }
        multiply(
          product..<product + batch, channels: range, of: copy, plane: places.count, places, windows)
      }
    }
  }

  /// The products of some channels, which begin at `input`; those of later channels are added.
  private func multiply(
    _ products: Range<Int>, channels range: Range<Int>, of input: UnsafePointer<S>, plane: Int,
    _ places: WindowPlaces, _ windows: [Int]
  ) {
    let offsets = (0..<range.count).flatMap { channel in places.offsets.map { channel * plane + $0 } }
    offsets.withUnsafeBufferPointer { offsets in
      windows.withUnsafeBufferPointer { windows in
        multiply(products, channels: range) { product, columns, range, block in
          S.pack(
            input + (product - products.lowerBound) * channels * plane,
            rows: UnsafeBufferPointer(rebasing: offsets[range]),
            columns: UnsafeBufferPointer(rebasing: windows[columns]), into: block)
        }
      }
    }
  }

  /// The same, where `pack` packs some columns of a product and of its rows those in a range.
  private func multiply(
    _ products: Range<Int>, channels range: Range<Int>,
    pack: (_ product: Int, _ columns: Range<Int>, _ rows: Range<Int>, _ block: UnsafeMutablePointer<S>) ->
      Void
  ) {
    let (depth, taps) = (range.count * geometry.tapCount, geometry.tapCount)
    let stride = channels * taps
    let cut = MatrixProduct.Cut(
      rows: rows, columns: columns, panel: S.panelWidth, products: products.count)
    Parallel.forEach(products.count * cut.count, work: products.count * rows * depth * columns) { index in
      let (product, piece) = (products.lowerBound + index / cut.count, cut.piece(index % cut.count))
      let first = product % groups * rows
      let matrix = StridedMatrix(
        start: weights + (first * stride + range.lowerBound * taps), rowCount: rows, rowStride: stride,
        columnStride: 1)
      MatrixProduct.multiply(
        matrix, depth: depth, rows: piece.rows, columns: piece.columns, shift: shift.map { $0 + first },
        into: target + product * rows * columns, stride: columns, accumulates: range.lowerBound > 0
      ) { pack(product, piece.columns, $0, $1) }
    }
  }
}
