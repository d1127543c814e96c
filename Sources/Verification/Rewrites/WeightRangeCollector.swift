import CaffeIO

/// Collects what a ``WeightRange`` tells while the weights pass by.
///
/// The loops compare magnitudes four at a time; comparing so passes over NaNs.
struct WeightRangeCollector: Sendable {
  private let layout: ChannelScale
  private let isDetailed: Bool
  /// The largest magnitude of each channel.
  private(set) var largest: [Double]
  /// The smallest magnitude but zero; infinite when there is none.
  private(set) var smallest = Double.infinity
  /// Magnitudes that half precision does not reach.
  private(set) var overflows = 0
  /// Magnitudes but zero that it rounds to zero.
  private(set) var underflows = 0
  /// Weights.
  private(set) var count = 0

  /// - Parameters:
  ///   - layout: how the weights' channels lie; its factors are not used.
  ///   - channels: how many there are.
  ///   - isDetailed: whether more is wanted than the largest magnitudes.
  init(_ layout: ChannelScale, channels: Int, isDetailed: Bool = true) {
    self.layout = layout
    self.isDetailed = isDetailed
    largest = Array(repeating: 0, count: channels)
  }

  /// The largest channel's largest magnitude over the smallest one's, dead ones apart.
  var channelRatio: Double {
    let alive = largest.filter { $0 > 0 }
    guard alive.count > 1, let top = alive.max(), let bottom = alive.min() else { return 1 }
    return top / bottom
  }

  /// Channels whose weights are less than half a step of eight bits, 127 of which reach the largest; dead ones apart.
  var lostInEightBits: Int {
    let least = (largest.max() ?? 0) / 254
    return largest.count { $0 > 0 && $0 < least }
  }

  /// Takes in weights from element `first` on.
  mutating func add(_ weights: WeightValues, from first: Int) {
    switch weights {
    case .floats(let weights): add(weights, from: first)
    case .doubles(let weights): add(weights, from: first)
    }
  }

  private mutating func add<W: RangedWeight>(_ weights: UnsafeBufferPointer<W>, from first: Int) {
    guard let base = weights.baseAddress else { return }
    count += weights.count
    var done = 0
    while done < weights.count {
      let element = first + done
      let channel = layout.channel(of: element)
      let run: Int
      if layout.inner == 1 {
        // Neighbours are neighbouring channels.
        run = min(weights.count - done, layout.modulus - element % layout.modulus)
        take(base + done, count: run, fromChannel: channel)
      } else {
        run = min(weights.count - done, layout.inner - element % layout.inner)
        let row = base + done
        largest[channel] = max(
          largest[channel], isDetailed ? take(row, count: run) : W.largest(of: row, count: run))
      }
      done += run
    }
  }

  private mutating func take<W: RangedWeight>(
    _ weights: UnsafePointer<W>, count: Int, fromChannel channel: Int
  ) {
    largest.withUnsafeMutableBufferPointer { largest in
      let largest = largest.baseAddress! + channel
      for index in 0..<count {
        let magnitude = Double(weights[index].magnitude)
        largest[index] = magnitude > largest[index] ? magnitude : largest[index]
      }
    }
    if isDetailed { _ = take(weights, count: count) }
  }

  /// Takes in the range of weights of any channels; returns their largest magnitude.
  ///
  /// Zeros and half precision's limits are met seldom: what they make to be counted is counted where the range shows
  /// them.
  private mutating func take<W: RangedWeight>(_ weights: UnsafePointer<W>, count: Int) -> Double {
    var range = W.range(of: weights, count: count)
    if range.smallest == 0 { range.smallest = W.smallestButZero(of: weights, count: count) }
    smallest = min(smallest, range.smallest)
    let (first, last) = (W(HalfLimits.firstOverflow), W(HalfLimits.lastUnderflow))
    if range.largest >= HalfLimits.firstOverflow {
      for index in 0..<count { overflows += weights[index].magnitude >= first ? 1 : 0 }
    }
    if range.smallest <= HalfLimits.lastUnderflow {
      for index in 0..<count {
        let magnitude = weights[index].magnitude
        underflows += magnitude > 0 && magnitude <= last ? 1 : 0
      }
    }
    return range.largest
  }

  /// Takes in what was collected of other weights of the same blob.
  mutating func merge(_ other: WeightRangeCollector) {
    for channel in largest.indices { largest[channel] = max(largest[channel], other.largest[channel]) }
    smallest = min(smallest, other.smallest)
    overflows += other.overflows
    underflows += other.underflows
    count += other.count
  }
}

/// A type of weights whose magnitudes are compared several at a time.
fileprivate protocol RangedWeight: BinaryFloatingPoint {
  /// The largest magnitude; NaNs are passed over.
  static func largest(of weights: UnsafePointer<Self>, count: Int) -> Double
  /// The same and the smallest, which is infinite where there is none.
  static func range(of weights: UnsafePointer<Self>, count: Int) -> MagnitudeRange
}

fileprivate struct MagnitudeRange {
  var largest: Double
  var smallest: Double
}

extension RangedWeight {
  /// The smallest magnitude but zero.
  fileprivate static func smallestButZero(of weights: UnsafePointer<Self>, count: Int) -> Double {
    var smallest = Self.infinity
    for index in 0..<count {
      let magnitude = weights[index].magnitude
      let candidate = magnitude == 0 ? Self.infinity : magnitude
      smallest = candidate < smallest ? candidate : smallest
    }
    return Double(smallest)
  }
}

extension Float: RangedWeight {
  private static let mask = SIMD8<UInt32>(repeating: 0x7FFF_FFFF)

  @inline(__always)
  private static func magnitudes(_ weights: UnsafeRawPointer, _ index: Int) -> SIMD8<Float> {
    let bits = weights.loadUnaligned(fromByteOffset: index &* 32, as: SIMD8<UInt32>.self)
    return unsafeBitCast(bits & mask, to: SIMD8<Float>.self)
  }

  fileprivate static func largest(of weights: UnsafePointer<Float>, count: Int) -> Double {
    var top = SIMD8<Float>.zero
    let raw = UnsafeRawPointer(weights)
    for index in 0..<count / 8 {
      let magnitude = magnitudes(raw, index)
      top = top.replacing(with: magnitude, where: magnitude .> top)
    }
    var largest: Float = 0
    for lane in 0..<8 { largest = top[lane] > largest ? top[lane] : largest }
    for index in count & ~7..<count {
      largest = weights[index].magnitude > largest ? weights[index].magnitude : largest
    }
    return Double(largest)
  }

  fileprivate static func range(of weights: UnsafePointer<Float>, count: Int) -> MagnitudeRange {
    var top = SIMD8<Float>.zero
    var bottom = SIMD8<Float>(repeating: .infinity)
    let raw = UnsafeRawPointer(weights)
    for index in 0..<count / 8 {
      let magnitude = magnitudes(raw, index)
      top = top.replacing(with: magnitude, where: magnitude .> top)
      bottom = bottom.replacing(with: magnitude, where: magnitude .< bottom)
    }
    var (largest, smallest) = (Float(0), Float.infinity)
    for lane in 0..<8 {
      largest = top[lane] > largest ? top[lane] : largest
      smallest = bottom[lane] < smallest ? bottom[lane] : smallest
    }
    for index in count & ~7..<count {
      let magnitude = weights[index].magnitude
      largest = magnitude > largest ? magnitude : largest
      smallest = magnitude < smallest ? magnitude : smallest
    }
    return MagnitudeRange(largest: Double(largest), smallest: Double(smallest))
  }
}

extension Double: RangedWeight {
  fileprivate static func largest(of weights: UnsafePointer<Double>, count: Int) -> Double {
    range(of: weights, count: count).largest
  }

  fileprivate static func range(of weights: UnsafePointer<Double>, count: Int) -> MagnitudeRange {
    var range = MagnitudeRange(largest: 0, smallest: .infinity)
    for index in 0..<count {
      let magnitude = weights[index].magnitude
      range.largest = magnitude > range.largest ? magnitude : range.largest
      range.smallest = magnitude < range.smallest ? magnitude : range.smallest
    }
    return range
  }
}
