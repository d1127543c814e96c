import CaffeIO
import Testing

@testable import Verification

/// Ranges against loops over all weights; the NumPy oracle looks at whole nets.
@Suite struct WeightRangeTests {
  private static let layouts: [ChannelScale] = [
    ChannelScale(factors: [], inner: 45, modulus: 6),
    ChannelScale(factors: [], inner: 9, modulus: 3, rowsPerGroup: 5),
    ChannelScale(factors: [], inner: 1, modulus: 6, rowsPerGroup: 45),
  ]

  private func weights(_ count: Int) -> [Double] {
    var state: UInt64 = 9
    return (0..<count).map { index in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let number = Double(Float(Double(state >> 40) * 0x1p-24 - 0.5))
      // Zeros, numbers beyond half precision on either side, and its very limits.
      return [
        17: 0, 18: -1e5, 40: 65520, 41: 65519, 60: Double(Float(1e-9)), 61: 0x1p-25,
        62: Double(Float(0x1p-25).nextUp),
      ][
        index % 90] ?? number
    }
  }

  @Test(arguments: layouts.indices, [false, true])
  func rangesAreThoseOfAllWeights(layout: Int, inDouble: Bool) {
    let layout = Self.layouts[layout]
    let weights = weights(270)
    var collector = WeightRangeCollector(layout, channels: 6)
    var other = WeightRangeCollector(layout, channels: 6)
    for start in stride(from: 0, to: 270, by: 31) {
      let piece = Array(weights[start..<min(start + 31, 270)])
      func add(to collector: inout WeightRangeCollector) {
        if inDouble {
          piece.withUnsafeBufferPointer { collector.add(.doubles($0), from: start) }
        } else {
          piece.map { Float($0) }.withUnsafeBufferPointer { collector.add(.floats($0), from: start) }
        }
      }
      if start < 120 { add(to: &collector) } else { add(to: &other) }
    }
    collector.merge(other)
    let magnitudes = weights.map(\.magnitude)
    var largest = [Double](repeating: 0, count: 6)
    for (element, magnitude) in magnitudes.enumerated() {
      let row = element / layout.inner
      let channel = row / layout.modulus / layout.rowsPerGroup * layout.modulus + row % layout.modulus
      largest[channel] = max(largest[channel], magnitude)
    }
    #expect(collector.largest == largest)
    #expect(collector.smallest == magnitudes.filter { $0 > 0 }.min())
    #expect(collector.count == 270)
    #expect(collector.overflows == magnitudes.count { !Float16($0).isFinite })
    #expect(collector.underflows == magnitudes.count { $0 > 0 && Float16($0) == 0 })
    #expect(collector.channelRatio == largest.max()! / largest.min()!)
  }
}
