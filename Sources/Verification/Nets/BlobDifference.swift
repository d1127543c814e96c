import Diagnostics
import Layers

/// How far the values of one blob are apart in two nets.
package struct BlobDifference: Sendable {
  /// The blob's name, the same in both nets.
  package var name: Name
  /// Its shape in the first net.
  package var shape: [Int]
  /// Its shape in the second net.
  package var otherShape: [Int]
  /// The largest magnitude in the first net.
  package var largest: Double
  /// The largest difference.
  package var absolute: Double
  /// Numbers that are finite in one net only.
  package var notFinite: Int
  /// Whether it holds other numbers on purpose, as the blob before a Scale does that was folded into the layer behind: no layer
  /// that both nets have alike makes the same of both, and all outputs are equal.
  package var isMadeOtherwise = false

  /// The largest difference relative to the largest magnitude of the blob; infinite where the blobs cannot be
  /// compared.
  package var relative: Double {
    if shape != otherShape || notFinite > 0 { return .infinity }
    return absolute == 0 ? 0 : absolute / max(largest, .leastNormalMagnitude)
  }

  /// Compares two values.
  package init<S: NetScalar>(_ name: Name, _ a: NetValue<S>, _ b: NetValue<S>) {
    (self.name, shape, otherShape) = (name, a.shape, b.shape)
    (largest, absolute, notFinite) = (0, 0, 0)
    guard shape == otherShape else { return }
    // In Double: it holds every number of either type, and a loop over `S` would look up each operation. In pieces: a copy of
    // the whole would be twice as large as the value.
    for start in stride(from: 0, to: a.values.count, by: Self.piece) {
      let range = start..<min(start + Self.piece, a.values.count)
      add(S.widened(Array(a.values[range])), S.widened(Array(b.values[range])))
    }
  }

  private static let piece = 1 << 12

  private mutating func add(_ first: [Double], _ second: [Double]) {
    for index in first.indices {
      let (x, y) = (first[index], second[index])
      guard x.isFinite, y.isFinite else {
        // The same infinity, or NaN in both, is no difference.
        if !(x == y || (x.isNaN && y.isNaN)) { notFinite += 1 }
        continue
      }
      largest = max(largest, x.magnitude)
      absolute = max(absolute, (x - y).magnitude)
    }
  }
}
