import CaffeIO
import Diagnostics
import Layers

/// How far what a site makes after the rewrites is from what it made before.
package struct SiteDifference: Sendable, Equatable {
  /// What is wrong beside numbers.
  package enum Mismatch: Sendable, Equatable {
    /// A value has another shape.
    case shape(before: [Int], after: [Int])
    /// So many numbers are finite in one net only.
    case notFinite(count: Int)
    /// An output of the net is gone.
    case lostOutput
    /// The layers after the rewrites contradict themselves, where those before could be run.
    case notRunnable(LayerError)
  }

  /// The blob, by its name in the net before.
  package var blob: Name
  /// The channel with the largest relative difference; nil for a value without channels.
  package var channel: Int?
  /// The largest difference in that channel.
  package var absolute: Double
  /// That difference relative to the channel's largest number, or to a thousandth of the largest number of all
  /// channels where that is more.
  package var relative: Double
  /// The same difference in units of the last place of the type that the weights are stored in.
  package var ulps: Double
  /// What is wrong beside numbers.
  package var mismatch: Mismatch?
  /// Whether there was a number to compare: blobs that are empty, or in which all numbers are NaN or infinite in the
  /// same places, show nothing.
  package var hasNumbers = true

  /// Channels whose numbers are so much smaller than the others' are held to what the others allow.
  private static let smallestShare = 1e-3

  /// Compares a value of the net before and one of the net after, per channel of axis 1, on all trials together.
  init(blob: Name, _ trials: [(before: NetValue<Double>, after: NetValue<Double>)], storage: BlobStorage) {
    self.init(blob: blob)
    let shape = trials[0].before.shape
    if let other = trials.first(where: { $0.before.shape != $0.after.shape }) {
      mismatch = .shape(before: other.before.shape, after: other.after.shape)
      relative = .infinity
      return
    }
    let channels = shape.count > 1 ? shape[1] : 1
    let inner = shape.dropFirst(2).product
    var largest = [Double](repeating: 0, count: channels)
    var difference = largest
    var (compared, notFinite) = (0, 0)
    for (before, after) in trials {
      var (place, current) = (0, 0)
      while place < before.values.count {
        for index in place..<place + inner {
          let (x, y) = (before.values[index], after.values[index])
          guard (x - y).isFinite else {
            // The same infinity, or NaN in both, is no difference.
            if !(x == y || (x.isNaN && y.isNaN)) { notFinite += 1 }
            continue
          }
          compared += 1
          largest[current] = max(largest[current], x.magnitude)
          difference[current] = max(difference[current], (x - y).magnitude)
        }
        place += inner
        current = current + 1 == channels ? 0 : current + 1
      }
    }
    let least = Self.smallestShare * (largest.max() ?? 0)
    for index in 0..<channels where difference[index] > 0 {
      let size = max(largest[index], least, .leastNormalMagnitude)
      guard difference[index] / size > relative else { continue }
      relative = difference[index] / size
      absolute = difference[index]
      ulps = difference[index] / storage.spacing(at: size)
      channel = shape.count > 1 ? index : nil
    }
    hasNumbers = compared + notFinite > 0
    if notFinite > 0 {
      mismatch = .notFinite(count: notFinite)
      relative = .infinity
    }
  }

  /// An output that is gone.
  init(lostOutput name: Name) {
    self.init(blob: name)
    mismatch = .lostOutput
    relative = .infinity
  }

  /// A value that has another shape after the rewrites.
  init(blob: Name, shapeBefore before: [Int], after: [Int]) {
    self.init(blob: blob)
    mismatch = .shape(before: before, after: after)
    relative = .infinity
  }

  /// Layers that cannot be run after the rewrites.
  init(blob: Name, notRunnable error: LayerError) {
    self.init(blob: blob)
    mismatch = .notRunnable(error)
    relative = .infinity
  }

  private init(blob: Name) {
    self.blob = blob
    (absolute, relative, ulps) = (0, 0, 0)
  }
}

extension BlobStorage {
  /// The distance of neighbouring numbers of the type at a magnitude.
  fileprivate func spacing(at magnitude: Double) -> Double {
    switch self {
    case .half: Double(Float16(min(magnitude, 65504)).ulp)
    case .float: Double(Float(min(magnitude, Double(Float.greatestFiniteMagnitude))).ulp)
    case .double, .other: magnitude.ulp
    }
  }

  /// How much coarser than single precision the type is; 1 where it is not.
  var coarseness: Double {
    // 11 bits against 24.
    if case .half = self { return 8192 }
    return 1
  }
}
