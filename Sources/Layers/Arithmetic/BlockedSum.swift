/// Sums of blocks, added up in Double: the rounding error does not grow with the number of terms.
///
/// A plain sum of a feature map in Float loses four to five digits; the oracles would not agree with it.
enum BlockedSum {
  private static let block = 128

  /// Σ term(x) over `count` elements that lie `stride` apart.
  @inline(__always)
  static func of<S: NetScalar>(
    _ elements: UnsafePointer<S>, count: Int, stride: Int = 1, _ term: (S) -> S
  ) -> S {
    var total = 0.0
    var start = 0
    while start < count {
      let end = min(start + block, count)
      var part: S = 0
      for index in start..<end { part += term(elements[index * stride]) }
      total += Double(part)
      start = end
    }
    return S(total)
  }
}
