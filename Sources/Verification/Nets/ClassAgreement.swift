import Layers

/// In how many rows of class scores two nets agree on the best class, and on the five best.
struct ClassAgreement {
  var top1 = 0
  var top5 = 0
  let rows: Int

  /// Compares scores [N, K] or [N, K, 1, 1] with at least five classes; nil for anything else.
  init?<S: NetScalar>(_ a: NetValue<S>, _ b: NetValue<S>) {
    guard a.shape == b.shape, a.shape.count >= 2, a.shape[1] >= 5, a.shape[2...].allSatisfy({ $0 == 1 })
    else { return nil }
    rows = a.shape[0]
    let classes = a.shape[1]
    for row in 0..<rows {
      let range = row * classes..<(row + 1) * classes
      let (x, y) = (Self.best(a.values[range]), Self.best(b.values[range]))
      if x[0] == y[0] { top1 += 1 }
      if Set(x) == Set(y) { top5 += 1 }
    }
  }

  private static func best<S: NetScalar>(_ scores: ArraySlice<S>) -> [Int] {
    // In Double: a sort of `S` would look up each comparison.
    S.widened(Array(scores)).enumerated().sorted { ($1.element, $0.offset) < ($0.element, $1.offset) }
      .prefix(5).map(\.offset)
  }
}
