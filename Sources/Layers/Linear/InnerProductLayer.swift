import Threads

/// InnerProduct: the dimensions from `axis` on become one of `num_output`; Y = X·Wᵀ + b, with `transpose`
/// Y = X·W + b.
struct InnerProductLayer: LayerDescription {
  let subject: LayerSubject
  let outputCount: Int
  private let hasBias: Bool
  let isTransposed: Bool
  private let axis: Int
  let blobShapes: [[Int]]

  init(_ description: WrittenLayer) throws(LayerError) {
    subject = description.subject
    outputCount = try description.integer("inner_product_param", "num_output", default: 0)
    guard outputCount > 0 else {
      throw description.error(
        .parameter(
          field: "inner_product_param.num_output", found: "\(outputCount)", expected: .positive))
    }
    hasBias = try description.boolean("inner_product_param", "bias_term", default: true)
    isTransposed = try description.boolean("inner_product_param", "transpose", default: false)
    axis = try description.integer("inner_product_param", "axis", default: 1)
    blobShapes = description.blobShapes
    try description.require(blobs: hasBias ? 2...2 : 1...1)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    let shape = inputs[0]
    let axis = try Axis.index(axis, of: shape, field: "inner_product_param.axis", subject)
    try Blobs.check(blobShapes, 0, count: outputCount * shape[axis...].product, subject)
    if hasBias { try Blobs.check(blobShapes, 1, count: outputCount, subject) }
    return [shape[..<axis] + [outputCount]]
  }

  func run<S: NetScalar>(
    _ inputs: [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let shape = try outputShapes([inputs[0].shape])[0]
    var top = NetValue<S>(shape: shape)
    let rows = shape.dropLast().product
    let depth = rows == 0 ? 0 : inputs[0].values.count / rows
    top.values.withUnsafeMutableBufferPointer { target in
      inputs[0].values.withUnsafeBufferPointer { source in
        blobs[0].values.withUnsafeBufferPointer { weights in
          guard let target = target.baseAddress, let source = source.baseAddress,
            let weights = weights.baseAddress
          else { return }
          if isTransposed {
            InnerProductKernel.addRows(target, source, weights, rows, outputCount, depth)
          } else {
            InnerProductKernel.dotRows(target, source, weights, rows, outputCount, depth)
          }
        }
      }
    }
    if hasBias { top.add(perChannel: blobs[1].values, inner: 1) }
    return [top]
  }
}

/// Products in which the weights are read once, in the order they have.
enum InnerProductKernel {
  private static let batch = 16

  /// target[m][n] = Σ_k source[m][k]·weights[n][k].
  static func dotRows<S: NetScalar>(
    _ target: UnsafeMutablePointer<S>, _ source: UnsafePointer<S>, _ weights: UnsafePointer<S>, _ rows: Int,
    _ outputs: Int, _ depth: Int
  ) {
    Parallel.forEach((outputs + batch - 1) / batch, work: rows * outputs * depth) { piece in
      for output in piece * batch..<min(outputs, (piece + 1) * batch) {
        for row in 0..<rows {
          target[row * outputs + output] = MatrixProduct.dot(
            source + row * depth, weights + output * depth, count: depth)
        }
      }
    }
  }

  /// target[m][n] = Σ_k source[m][k]·weights[k][n]; `target` holds zeros before.
  static func addRows<S: NetScalar>(
    _ target: UnsafeMutablePointer<S>, _ source: UnsafePointer<S>, _ weights: UnsafePointer<S>, _ rows: Int,
    _ outputs: Int, _ depth: Int
  ) {
    let width = max(batch, (outputs + Parallel.threadCount - 1) / Parallel.threadCount)
    Parallel.forEach((outputs + width - 1) / width, work: rows * outputs * depth) { piece in
      let columns = piece * width..<min(outputs, (piece + 1) * width)
      for row in 0..<rows {
        let sums = target + row * outputs
        for step in 0..<depth {
          let factor = source[row * depth + step]
          let weights = weights + step * outputs
          for column in columns { sums[column] += factor * weights[column] }
        }
      }
    }
  }
}
