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

  /// Whether there was a number to compare. Different shapes are a difference; blobs that are empty, or in which all
  /// numbers are NaN or infinite in the same places, show nothing.
  package private(set) var hasNumbers = true

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
    let gap = a.gap(to: b)
    (largest, absolute, notFinite) = (gap.largest, gap.difference, gap.notFinite)
    // Where all maxima are 0, the first blob may have zeros or no finite number at all.
    hasNumbers = notFinite > 0 || largest > 0 || absolute > 0 || a.hasFiniteNumber
  }
}

extension NetValue {
  /// Whether any of its numbers is finite.
  var hasFiniteNumber: Bool {
    stride(from: 0, to: values.count, by: 1 << 12).contains { start in
      Scalar.widened(Array(values[start..<Swift.min(start + (1 << 12), values.count)])).contains(
        where: \.isFinite)
    }
  }
}
