import Threads

/// Work on the numbers along one axis, as rows.
enum AxisRows {
  /// The numbers with each row changed in place; rows that do not lie in a row are copied to one.
  static func mapped<S: OperatorScalar>(
    _ values: [S], _ split: AxisSplit, cost: Int = 4, _ change: (UnsafeMutablePointer<S>, Int) -> Void
  ) -> [S] {
    var result = values
    let (size, inner) = (split.size, split.inner)
    guard !values.isEmpty else { return result }
    result.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let target = buffer.baseAddress!
      Parallel.forEach(split.outer, work: values.count * cost) { outer in
        let start = target + outer * size * inner
        guard inner > 1 else { return change(start, size) }
        withUnsafeTemporaryAllocation(of: S.self, capacity: size) { row in
          let row = row.baseAddress!
          for column in 0..<inner {
            for index in 0..<size { (row + index).initialize(to: start[index * inner + column]) }
            change(row, size)
            for index in 0..<size { start[index * inner + column] = row[index] }
          }
        }
      }
    }
    return result
  }
}
