import Threads

/// The products of the linear layers in Float, for targets above.
///
/// The layers' own code is generic, and a generic function that another target calls is not specialised there.
package enum FloatProducts {
  /// A convolution of images × channels × input with outputs × channels/groups × kernel.
  ///
  /// The counts are divisible by `groups`, and the sizes of all three arrays fit the geometry.
  ///
  /// - Returns: images × outputs × output, without a bias.
  package static func convolution(
    _ geometry: WindowGeometry, images: Int, channels: Int, outputs: Int, groups: Int, input: [Float],
    weights: [Float]
  ) -> [Float] {
    let problem = ConvolutionParameters.Problem(
      images: images, channels: channels, group: groups, geometry: geometry, outputShape: [])
    return filled(images * outputs * geometry.output.product, input, weights) { target, input, weights in
      if channels == groups {
        DepthwiseKernel.run(problem, outputs, input, weights, target)
      } else {
        ConvolutionKernel.run(problem, outputs, input, weights, target)
      }
    }
  }

  /// A transposed convolution of images × channels × output with channels × outputs/groups × kernel: the geometry is that of
  /// the convolution that goes back.
  ///
  /// - Returns: images × outputs × input, without a bias.
  package static func transposedConvolution(
    _ geometry: WindowGeometry, images: Int, channels: Int, outputs: Int, groups: Int, input: [Float],
    weights: [Float]
  ) -> [Float] {
    let problem = ConvolutionParameters.Problem(
      images: images, channels: channels, group: groups, geometry: geometry, outputShape: [])
    return filled(images * outputs * geometry.input.product, input, weights) { target, input, weights in
      DeconvolutionKernel.run(problem, outputs, input, weights, target)
    }
  }

  /// How the rows of a factor lie in memory.
  package struct Matrix {
    /// Where the first element stands.
    var start: Int
    /// Whether the matrix is the transpose of what lies there.
    var isTransposed: Bool

    /// A matrix at a place.
    package init(start: Int = 0, isTransposed: Bool = false) {
      self.start = start
      self.isTransposed = isTransposed
    }
  }

  /// Up to so many rows a transposed second factor is read as it lies, and not transposed first.
  private static let fewRows = 4

  /// target[m][n] = Σ_k a[m][k]·b[k][n]; `target` holds zeros before.
  package static func multiply(
    _ a: [Float], _ first: Matrix, _ b: [Float], _ second: Matrix, rows: Int, depth: Int, columns: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    guard rows > 0, depth > 0, columns > 0 else { return }
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        let (a, b) = (a.baseAddress! + first.start, b.baseAddress! + second.start)
        if second.isTransposed, !first.isTransposed, rows <= fewRows {
          InnerProductKernel.dotRows(target, a, b, rows, columns, depth)
        } else if second.isTransposed {
          let turned = transposed(b, rows: columns, columns: depth)
          turned.withUnsafeBufferPointer {
            multiply(a, first.isTransposed, $0.baseAddress!, rows, depth, columns, target)
          }
        } else {
          multiply(a, first.isTransposed, b, rows, depth, columns, target)
        }
      }
    }
  }

  private static func multiply(
    _ a: UnsafePointer<Float>, _ isTransposed: Bool, _ b: UnsafePointer<Float>, _ rows: Int, _ depth: Int,
    _ columns: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    let matrix = PackedMatrix(
      a, rows: rows, columns: depth, rowStride: isTransposed ? 1 : depth,
      columnStride: isTransposed ? rows : 1)
    let grid = WindowGeometry.identity(count: columns)
    let strip = MatrixProduct.strip(columns: columns, width: Float.vectorWidth)
    let strips = (columns + strip - 1) / strip
    Parallel.forEach(strips, work: rows * depth * columns) { index in
      let start = index * strip
      MatrixProduct.multiply(
        matrix, grid, of: b, columns: start..<min(columns, start + strip), into: target, stride: columns)
    }
  }

  /// The transpose of rows × columns, in blocks that stay in the cache.
  private static func transposed(_ source: UnsafePointer<Float>, rows: Int, columns: Int) -> [Float] {
    let block = 32
    return Array(unsafeUninitializedCapacity: rows * columns) { target, count in
      count = rows * columns
      for row in stride(from: 0, to: rows, by: block) {
        for column in stride(from: 0, to: columns, by: block) {
          for column in column..<min(columns, column + block) {
            for row in row..<min(rows, row + block) {
              target[column * rows + row] = source[row * columns + column]
            }
          }
        }
      }
    }
  }

  /// An array of zeros that a kernel adds to; it is not called where one of the arrays is empty.
  private static func filled(
    _ count: Int, _ input: [Float], _ weights: [Float],
    _ kernel: (UnsafeMutablePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>) -> Void
  ) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    guard count > 0, !input.isEmpty, !weights.isEmpty else { return values }
    values.withUnsafeMutableBufferPointer { target in
      input.withUnsafeBufferPointer { input in
        weights.withUnsafeBufferPointer { weights in
          kernel(target.baseAddress!, input.baseAddress!, weights.baseAddress!)
        }
      }
    }
    return values
  }
}
