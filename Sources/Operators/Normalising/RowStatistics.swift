import Threads

/// Normalisation of rows by their own mean and variance.
enum RowStatistics {
  /// Each row as (x − shift)·factor + bias.
  ///
  /// - Parameter parameters: shift, factor and bias, from the row's number, its mean and its variance.
  static func normalized<S: OperatorScalar>(
    _ values: [S], rows: Int, length: Int,
    _ parameters: (_ row: Int, _ mean: Double, _ variance: Double) -> (
      shift: Double, factor: Double, bias: Double
    )
  ) -> [S] {
    Array(unsafeUninitializedCapacity: values.count) { target, count in
      count = values.count
      guard count > 0, let target = target.baseAddress else { return }
      values.withUnsafeBufferPointer { source in
        let source = source.baseAddress!
        Parallel.forEach(rows, work: count * 4) { row in
          let (from, to) = (source + row * length, target + row * length)
          let mean = RowSum.of(from, count: length) { $0 } / Double(length)
          let variance = RowSum.of(from, count: length) { ($0 - mean) * ($0 - mean) } / Double(length)
          let (shift, factor, bias) = parameters(row, mean, variance)
          for index in 0..<length {
            (to + index).initialize(to: S((Double(from[index]) - shift) * factor + bias))
          }
        }
      }
    }
  }
}
