/// Sums in Double, in four parts so that the additions need not wait for each other.
enum RowSum {
  /// Σ term(x).
  @inline(__always)
  static func of<S: OperatorScalar>(_ row: UnsafePointer<S>, count: Int, _ term: (Double) -> Double) -> Double
  {
    var (s0, s1, s2, s3) = (0.0, 0.0, 0.0, 0.0)
    var index = 0
    while index + 4 <= count {
      s0 += term(Double(row[index]))
      s1 += term(Double(row[index + 1]))
      s2 += term(Double(row[index + 2]))
      s3 += term(Double(row[index + 3]))
      index += 4
    }
    while index < count {
      s0 += term(Double(row[index]))
      index += 1
    }
    return (s0 + s1) + (s2 + s3)
  }
}
