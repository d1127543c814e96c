import Threads

/// Products of a few rows with weights that are read once, in the order they have; of many rows as matrices.
enum InnerProductKernel {
  /// With more rows than this, packing the weights costs less than it saves.
  static let fewRows = 4
  private static let batch = 16

  /// target[m][n] = Σ_k source[m][k]·W[n][k], where the weights are W or, `transposed`, Wᵀ; `target` holds zeros before.
  static func run<S: NetScalar>(
    _ target: UnsafeMutablePointer<S>, _ source: UnsafePointer<S>, _ weights: UnsafePointer<S>, _ rows: Int,
    _ outputs: Int, _ depth: Int, _ isTransposed: Bool
  ) {
    guard rows <= fewRows else {
      return MatrixProduct.multiply(
        StridedMatrix(start: source, rowCount: rows, rowStride: depth, columnStride: 1),
        StridedMatrix(
          start: weights, rowCount: depth, rowStride: isTransposed ? outputs : 1,
          columnStride: isTransposed ? 1 : depth),
        columns: outputs, into: target)
    }
    if isTransposed {
      addRows(target, source, weights, rows, outputs, depth)
    } else {
      dotRows(target, source, weights, rows, outputs, depth)
    }
  }

  /// target[m][n] = Σ_k source[m][k]·weights[n][k].
  static func dotRows<S: NetScalar>(
    _ target: UnsafeMutablePointer<S>, _ source: UnsafePointer<S>, _ weights: UnsafePointer<S>, _ rows: Int,
    _ outputs: Int, _ depth: Int
  ) {
    Parallel.forEach((outputs + batch - 1) / batch, work: rows * outputs * depth) { piece in
      for output in piece * batch..<min(outputs, (piece + 1) * batch) {
        for row in 0..<rows {
          target[row * outputs + output] = S.dot(
            source + row * depth, weights + output * depth, count: depth)
        }
      }
    }
  }

  /// target[m][n] = Σ_k source[m][k]·weights[k][n]; `target` holds zeros before.
  private static func addRows<S: NetScalar>(
    _ target: UnsafeMutablePointer<S>, _ source: UnsafePointer<S>, _ weights: UnsafePointer<S>, _ rows: Int,
    _ outputs: Int, _ depth: Int
  ) {
    let width = max(batch, (outputs + Parallel.threadCount - 1) / Parallel.threadCount)
    Parallel.forEach((outputs + width - 1) / width, work: rows * outputs * depth) { piece in
      let first = piece * width
      let count = min(width, outputs - first)
      for row in 0..<rows {
        for step in 0..<depth {
          S.add(
            source[row * depth + step], times: weights + (step * outputs + first),
            to: target + (row * outputs + first), count: count)
        }
      }
    }
  }
}
