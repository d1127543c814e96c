import CaffeIO
import Diagnostics

/// How large the weights of a layer are after a fold, and what of them half precision would keep.
package struct WeightRange: Sendable, Equatable {
  /// The layer, by its name in the net after.
  package var layer: Name
  /// Its type.
  package var type: String
  /// Weights.
  package var count: Int
  /// Output channels.
  package var channels: Int
  /// The largest magnitude.
  package var largest: Double
  /// The smallest magnitude that is not zero; 0 when all are.
  package var smallest: Double
  /// The largest magnitude of the channel with the largest weights over that of the channel with the smallest, dead
  /// ones apart; 1 when there are fewer than two.
  package var channelRatio: Double
  /// Output channels that eight bits for the whole tensor would make zero: their weights are less than half a step, a
  /// 254th of the largest.
  package var lostInEightBits: Int
  /// Output channels whose weights are all zero: γ was 0 there.
  package var deadChannels: Int
  /// Weights beyond half precision's 65504.
  package var halfOverflows: Int
  /// Weights that are not zero and that half precision would round to zero.
  package var halfUnderflows: Int
  /// The same weights before the rewrites; nil for a layer that was not there, or had other channels.
  package var before: Before?
  /// The bias; nil for a layer without.
  package var bias: Bias?

  /// What is told of the weights before.
  package struct Before: Sendable, Equatable {
    /// The largest magnitude.
    package var largest: Double
    /// As ``WeightRange/channelRatio``.
    package var channelRatio: Double
    /// As ``WeightRange/lostInEightBits``.
    package var lostInEightBits: Int
    /// The largest factor by which the largest magnitude of a channel grew.
    package var growth: Double
    /// The channel that grew so.
    package var channel: Int
  }

  /// What is told of a bias.
  package struct Bias: Sendable, Equatable {
    /// The largest magnitude.
    package var largest: Double
    /// As of the weights.
    package var halfOverflows: Int
    /// As of the weights.
    package var halfUnderflows: Int
  }
}

extension WeightRange {
  /// - Parameters:
  ///   - step: the layer.
  ///   - after: what was collected of the weights.
  ///   - before: the same of the weights before; used where the channels are as many.
  ///   - bias: the bias after.
  init(
    of step: SiteSide.Step, _ after: WeightRangeCollector, before: WeightRangeCollector? = nil,
    bias: [Double]? = nil
  ) {
    (layer, type) = (step.subject.name, step.subject.type)
    count = after.count
    channels = after.largest.count
    largest = after.largest.max() ?? 0
    smallest = after.smallest.isFinite ? after.smallest : 0
    channelRatio = after.channelRatio
    lostInEightBits = after.lostInEightBits
    deadChannels = after.largest.count { $0 == 0 }
    halfOverflows = after.overflows
    halfUnderflows = after.underflows
    if let before, before.largest.count == channels {
      let growths = zip(after.largest, before.largest).map { $1 == 0 ? 0 : $0 / $1 }
      let growth = growths.max() ?? 0
      self.before = Before(
        largest: before.largest.max() ?? 0, channelRatio: before.channelRatio,
        lostInEightBits: before.lostInEightBits, growth: growth, channel: growths.firstIndex(of: growth) ?? 0)
    }
    if let bias {
      let magnitudes = bias.map(\.magnitude)
      self.bias = Bias(
        largest: magnitudes.max() ?? 0, halfOverflows: magnitudes.count { $0 >= HalfLimits.firstOverflow },
        halfUnderflows: magnitudes.count { $0 > 0 && $0 <= HalfLimits.lastUnderflow })
    }
  }
}

/// Where half precision ends.
enum HalfLimits {
  /// From here on it has no finite number: halfway from 65504 to 65536.
  static let firstOverflow = 65520.0
  /// Up to here it rounds to zero: half its smallest number, a tie that goes to the even one.
  static let lastUnderflow = 0x1p-25
}
