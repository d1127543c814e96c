import CaffeIO

/// A type that streamed weights come in.
protocol StreamedWeight: BinaryFloatingPoint, BitwiseCopyable {
  /// Four neighbouring weights.
  static func four(at address: UnsafeRawPointer) -> SIMD4<Double>
}

extension Float: StreamedWeight {
  @inline(__always)
  static func four(at address: UnsafeRawPointer) -> SIMD4<Double> {
    SIMD4<Double>(address.loadUnaligned(as: SIMD4<Float>.self))
  }
}

extension Double: StreamedWeight {
  @inline(__always)
  static func four(at address: UnsafeRawPointer) -> SIMD4<Double> {
    address.loadUnaligned(as: SIMD4<Double>.self)
  }
}

/// Products of weights and numbers in Double. The weights are widened in registers, where they lie.
enum WeightArithmetic {
  /// Σ weights[i]·numbers[i].
  static func dot<W: StreamedWeight>(
    _ weights: UnsafePointer<W>, _ numbers: UnsafePointer<Double>, count: Int
  ) -> Double {
    var (s0, s1, s2, s3) = (SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero)
    var weight = UnsafeRawPointer(weights)
    var number = UnsafeRawPointer(numbers)
    let step = 4 * MemoryLayout<W>.stride
    func load(_ index: Int) -> SIMD4<Double> {
      number.loadUnaligned(fromByteOffset: index &* 32, as: SIMD4<Double>.self)
    }
    for _ in 0..<count / 16 {
      s0 += W.four(at: weight) * load(0)
      s1 += W.four(at: weight + step) * load(1)
      s2 += W.four(at: weight + 2 &* step) * load(2)
      s3 += W.four(at: weight + 3 &* step) * load(3)
      weight += 4 &* step
      number += 128
    }
    for _ in 0..<count % 16 / 4 {
      s0 += W.four(at: weight) * load(0)
      weight += step
      number += 32
    }
    let total = (s0 + s1) + (s2 + s3)
    var sum = (total[0] + total[1]) + (total[2] + total[3])
    for index in count & ~3..<count { sum += Double(weights[index]) * numbers[index] }
    return sum
  }

  /// sums[i mod lanes] += weights[i]·numbers[i].
  ///
  /// Two rounds at a time, so that sums are loaded and stored half as often. `lanes` is a multiple of 4.
  static func add<W: StreamedWeight>(
    _ weights: UnsafePointer<W>, times numbers: UnsafePointer<Double>, count: Int,
    to sums: UnsafeMutablePointer<Double>, lanes: Int
  ) {
    let (weight, number) = (UnsafeRawPointer(weights), UnsafeRawPointer(numbers))
    let sum = UnsafeMutableRawPointer(sums)
    let size = MemoryLayout<W>.stride
    func product(_ index: Int) -> SIMD4<Double> {
      W.four(at: weight + index &* size)
        * number.loadUnaligned(fromByteOffset: index &* 8, as: SIMD4<Double>.self)
    }
    var start = 0
    while start + 2 &* lanes <= count {
      for lane in stride(from: 0, to: lanes, by: 4) {
        let old = sum.load(fromByteOffset: lane &* 8, as: SIMD4<Double>.self)
        let new = old + (product(start &+ lane) + product(start &+ lanes &+ lane))
        sum.storeBytes(of: new, toByteOffset: lane &* 8, as: SIMD4<Double>.self)
      }
      start += 2 &* lanes
    }
    while start < count {
      for lane in 0..<min(lanes, count - start) {
        sums[lane] += Double(weights[start + lane]) * numbers[start + lane]
      }
      start += lanes
    }
  }

  /// sums[i] += factor·weights[i].
  static func add<W: StreamedWeight>(
    _ weights: UnsafePointer<W>, times factor: Double, count: Int, to sums: UnsafeMutablePointer<Double>
  ) {
    for index in 0..<count { sums[index] += factor * Double(weights[index]) }
  }
}
