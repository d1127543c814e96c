/// Sums whose rounding error grows with the number of blocks, not with the number of terms.
///
/// A plain sum of a feature map in Float loses four to five digits; the oracles would not agree with it.
enum BlockedSum {
  private static let block = 128

  /// Σ term(x) over `count` elements that lie `stride` apart.
  @inline(__always)
  static func of<S: ForwardScalar>(
    _ elements: UnsafePointer<S>, count: Int, stride: Int = 1, _ term: (S) -> S
  ) -> S {
    var total: S = 0
    var start = 0
    while start < count {
      let end = min(start + block, count)
      var part: S = 0
      for index in start..<end { part += term(elements[index * stride]) }
      total += part
      start = end
    }
    return total
  }
}
