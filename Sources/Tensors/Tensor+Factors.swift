/// Inverses and factors of matrices, all in Double.
extension Tensor {
  /// The inverse of a square matrix, by Gauss-Jordan elimination with row pivoting; nil for a singular matrix.
  ///
  /// A matrix counts as singular where a pivot is at most n·2⁻⁵² of its largest number: the pivot is lost in rounding.
  package var inverse: Tensor? {
    let count = shape[0]
    var rows = values
    var result = Tensor.identity(count).values
    let least = rows.reduce(0) { max($0, $1.magnitude) } * Double(count) * .ulpOfOne
    for column in 0..<count {
      var pivot = column
      for row in column..<count
      where rows[row * count + column].magnitude > rows[pivot * count + column].magnitude {
        pivot = row
      }
      let divisor = rows[pivot * count + column]
      guard divisor.magnitude > least else { return nil }
      for index in 0..<count {
        rows.swapAt(pivot * count + index, column * count + index)
        result.swapAt(pivot * count + index, column * count + index)
        rows[column * count + index] /= divisor
        result[column * count + index] /= divisor
      }
      for row in 0..<count where row != column {
        let factor = rows[row * count + column]
        if factor == 0 { continue }
        for index in 0..<count {
          rows[row * count + index] -= factor * rows[column * count + index]
          result[row * count + index] -= factor * result[column * count + index]
        }
      }
    }
    return Tensor(shape: shape, values: result)
  }

  /// A = U·diag(s)·Vᵀ of a matrix `[m, n]`, k being the smaller of m and n: U is `[m, k]`, s is `[k]`, the largest first, V is
  /// `[n, k]`. Where a number of s is lost in rounding, the column of U, or of V where m < n, is 0.
  ///
  /// One-sided Jacobi (Hestenes 1958): columns are rotated in pairs until each two are orthogonal; s is then their
  /// lengths.
  package var singularValues: (u: Tensor, s: Tensor, v: Tensor) {
    let (rows, columns) = (shape[0], shape[1])
    if rows < columns {
      let (u, s, v) = transposed.singularValues
      return (v, s, u)
    }
    // Column after column, so that a rotation reads memory in order.
    var a = transposed.values
    var v = Tensor.identity(columns).values
    var isRotating = true
    // Convergence is quadratic near the end: usually 6 to 10 sweeps are enough.
    for _ in 0..<60 where isRotating {
      isRotating = false
      for p in 0..<columns {
        for q in (p + 1)..<max(columns, p + 1) {
          var (alpha, beta, gamma) = (0.0, 0.0, 0.0)
          for index in 0..<rows {
            let (x, y) = (a[p * rows + index], a[q * rows + index])
            alpha += x * x
            beta += y * y
            gamma += x * y
          }
          if gamma.magnitude <= 1e-14 * (alpha * beta).squareRoot() { continue }
          isRotating = true
          let zeta = (beta - alpha) / (2 * gamma)
          let tangent = (zeta < 0 ? -1 : 1) / (zeta.magnitude + (1 + zeta * zeta).squareRoot())
          let cosine = 1 / (1 + tangent * tangent).squareRoot()
          Self.rotate(&a, p * rows, q * rows, rows, cosine, cosine * tangent)
          Self.rotate(&v, p * columns, q * columns, columns, cosine, cosine * tangent)
        }
      }
    }
    let lengths = (0..<columns).map { column in
      a[column * rows..<(column + 1) * rows].reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    let order = (0..<columns).sorted { (lengths[$1], $0) < (lengths[$0], $1) }
    let most = order.first.map { lengths[$0] } ?? 0
    var left: [Double] = []
    var right: [Double] = []
    for column in order {
      let isLost = lengths[column] <= most * Double(rows) * .ulpOfOne
      left += a[column * rows..<(column + 1) * rows].map { isLost ? 0 : $0 / lengths[column] }
      right += v[column * columns..<(column + 1) * columns]
    }
    return (
      Tensor(shape: [columns, rows], values: left).transposed, Tensor(order.map { lengths[$0] }),
      Tensor(shape: [columns, columns], values: right).transposed
    )
  }

  private static func rotate(
    _ numbers: inout [Double], _ p: Int, _ q: Int, _ count: Int, _ cosine: Double, _ sine: Double
  ) {
    numbers.withUnsafeMutableBufferPointer { buffer in
      for index in 0..<count {
        let (x, y) = (buffer[p + index], buffer[q + index])
        buffer[p + index] = cosine * x - sine * y
        buffer[q + index] = sine * x + cosine * y
      }
    }
  }

  /// The transpose of a matrix.
  private var transposed: Tensor {
    let (rows, columns) = (shape[0], shape[1])
    var result = [Double](repeating: 0, count: values.count)
    for row in 0..<rows {
      for column in 0..<columns { result[column * rows + row] = values[row * columns + column] }
    }
    return Tensor(shape: [columns, rows], values: result)
  }
}
