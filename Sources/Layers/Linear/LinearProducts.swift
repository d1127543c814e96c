/// The products of the linear layers, for targets above.
///
/// A generic function that another target calls is not specialised there, so each function here is specialised for both
/// number types.
package enum LinearProducts {
  /// A convolution of images × channels × input with outputs × channels/groups × kernel.
  ///
  /// The counts are divisible by `groups`, and the sizes of all three arrays fit the geometry.
  ///
  /// - Returns: images × outputs × output, without a bias.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  package static func convolution<S: NetScalar>(
    _ geometry: WindowGeometry, images: Int, channels: Int, outputs: Int, groups: Int, input: [S],
    weights: [S]
  ) -> [S] {
    filled(
      images * outputs * geometry.output.product, geometry, images, channels, groups, input, weights
    ) { problem, input, weights, target in
      ConvolutionKernel.run(problem, outputs, input, weights, nil, target)
    }
  }

  /// A transposed convolution of images × channels × output with channels × outputs/groups × kernel: the geometry is that of
  /// the convolution that goes back.
  ///
  /// - Returns: images × outputs × input, without a bias.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  package static func transposedConvolution<S: NetScalar>(
    _ geometry: WindowGeometry, images: Int, channels: Int, outputs: Int, groups: Int, input: [S],
    weights: [S]
  ) -> [S] {
    filled(
      images * outputs * geometry.input.product, geometry, images, channels, groups, input, weights
    ) { problem, input, weights, target in
      DeconvolutionKernel.run(problem, outputs, input, weights, nil, target)
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

  /// target[m][n] = Σ_k a[m][k]·b[k][n]; `target` holds zeros before.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  package static func multiply<S: NetScalar>(
    _ a: [S], _ first: Matrix, _ b: [S], _ second: Matrix, rows: Int, depth: Int, columns: Int,
    into target: UnsafeMutablePointer<S>
  ) {
    guard rows > 0, depth > 0, columns > 0 else { return }
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        let (a, b) = (a.baseAddress! + first.start, b.baseAddress! + second.start)
        if second.isTransposed, !first.isTransposed, rows <= InnerProductKernel.fewRows {
          InnerProductKernel.dotRows(target, a, b, rows, columns, depth)
        } else {
          MatrixProduct.multiply(
            first.isTransposed
              ? StridedMatrix(start: a, rowCount: rows, rowStride: 1, columnStride: rows)
              : StridedMatrix(start: a, rowCount: rows, rowStride: depth, columnStride: 1),
            second.isTransposed
              ? StridedMatrix(start: b, rowCount: depth, rowStride: 1, columnStride: depth)
              : StridedMatrix(start: b, rowCount: depth, rowStride: columns, columnStride: 1),
            columns: columns, into: target)
        }
      }
    }
  }

  /// The `count` numbers that a kernel writes; zeros without a call of the kernel where one of the arrays is empty.
  private static func filled<S: NetScalar>(
    _ count: Int, _ geometry: WindowGeometry, _ images: Int, _ channels: Int, _ groups: Int, _ input: [S],
    _ weights: [S],
    _ kernel: (
      ConvolutionParameters.Problem, UnsafePointer<S>, UnsafePointer<S>, UnsafeMutablePointer<S>
    ) -> Void
  ) -> [S] {
    var values = [S](repeating: 0, count: count)
    guard count > 0, !input.isEmpty, !weights.isEmpty else { return values }
    let problem = ConvolutionParameters.Problem(
      images: images, channels: channels, group: groups, geometry: geometry, outputShape: [])
    values.withUnsafeMutableBufferPointer { target in
      input.withUnsafeBufferPointer { input in
        weights.withUnsafeBufferPointer { weights in
          kernel(problem, input.baseAddress!, weights.baseAddress!, target.baseAddress!)
        }
      }
    }
    return values
  }
}
