import CaffeIO

/// What became of the weights of a layer: how large they are, and what of them half precision would keep.
package struct WeightRange: Sendable, Equatable {
  /// The layer, by its name in the net after.
  package var layer: String
  /// The largest magnitude.
  package var largest: Double
  /// The smallest magnitude that is not zero; 0 when all are.
  package var smallest: Double
  /// Output channels.
  package var channels: Int
  /// Output channels whose weights are all zero: γ was 0 there.
  package var deadChannels: Int
  /// The largest magnitude of the channel with the largest weights over that of the channel with the smallest, dead
  /// ones apart; 1 when there are fewer than two.
  package var channelRatio: Double
  /// Weights beyond half precision's 65504.
  package var halfOverflows: Int
  /// Weights that are not zero and that half precision would round to zero.
  package var halfUnderflows: Int
  /// Weights.
  package var count: Int
}

/// Collects a ``WeightRange`` while the weights pass by.
///
/// Magnitudes are compared as the bits of a Float: integers, so that the loops are vectorised.
struct WeightRangeCollector {
  private let layout: ChannelScale
  /// The largest magnitude of each channel, as bits.
  private var largest: [UInt32]
  /// The smallest magnitude but zero, as bits less one.
  private var smallest: UInt32 = .max >> 1
  private var overflows = 0
  private var underflows = 0
  private var count = 0

  /// From here on half precision has no finite number: halfway from 65504 to 65536.
  private static let firstOverflow = Float(65520).bitPattern
  /// Up to here half precision rounds to zero: half its smallest number.
  private static let lastUnderflow = Float(0x1p-25).bitPattern

  /// - Parameter layout: how the weights' channels lie; its factors are not used.
  init(_ layout: ChannelScale, channels: Int) {
    self.layout = layout
    largest = Array(repeating: 0, count: channels)
  }

  /// Takes in weights from element `first` on.
  mutating func add(_ weights: UnsafeBufferPointer<Double>, from first: Int) {
    count += weights.count
    var done = 0
    while done < weights.count {
      let element = first + done
      if layout.inner == 1 {
        // Neighbours are neighbouring channels.
        let channel = layout.channel(of: element)
        let run = min(weights.count - done, layout.modulus - element % layout.modulus)
        addEach(UnsafeBufferPointer(rebasing: weights[done..<done + run]), from: channel)
        done += run
      } else {
        let run = min(weights.count - done, layout.inner - element % layout.inner)
        addRow(
          UnsafeBufferPointer(rebasing: weights[done..<done + run]), channel: layout.channel(of: element))
        done += run
      }
    }
  }

  private mutating func addRow(_ row: UnsafeBufferPointer<Double>, channel: Int) {
    var rowLargest: UInt32 = 0
    var rowSmallest = smallest
    var rowUnderflows: UInt32 = 0
    for weight in row {
      let bits = Float(weight).bitPattern & 0x7FFF_FFFF
      rowLargest = max(rowLargest, bits)
      // Zero wraps to the largest number.
      let less = (bits &- 1) & 0x7FFF_FFFF
      rowSmallest = min(rowSmallest, less)
      rowUnderflows &+= less < Self.lastUnderflow ? 1 : 0
    }
    largest[channel] = max(largest[channel], rowLargest)
    smallest = rowSmallest
    underflows += Int(rowUnderflows)
    if rowLargest >= Self.firstOverflow {
      overflows += row.count { Float($0).bitPattern & 0x7FFF_FFFF >= Self.firstOverflow }
    }
  }

  private mutating func addEach(_ row: UnsafeBufferPointer<Double>, from channel: Int) {
    for (offset, weight) in row.enumerated() {
      let bits = Float(weight).bitPattern & 0x7FFF_FFFF
      largest[channel + offset] = max(largest[channel + offset], bits)
      let less = (bits &- 1) & 0x7FFF_FFFF
      smallest = min(smallest, less)
      if less < Self.lastUnderflow { underflows += 1 }
      if bits >= Self.firstOverflow { overflows += 1 }
    }
  }

  /// What was found.
  func range(layer: String) -> WeightRange {
    let alive = largest.filter { $0 > 0 }
    let (top, bottom) = (alive.max() ?? 0, alive.min() ?? 0)
    let ratio = alive.count < 2 ? 1 : Double(Float(bitPattern: top)) / Double(Float(bitPattern: bottom))
    return WeightRange(
      layer: layer, largest: Double(Float(bitPattern: top)),
      smallest: alive.isEmpty ? 0 : Double(Float(bitPattern: smallest + 1)), channels: largest.count,
      deadChannels: largest.count - alive.count, channelRatio: ratio, halfOverflows: overflows,
      halfUnderflows: underflows, count: count)
  }
}
