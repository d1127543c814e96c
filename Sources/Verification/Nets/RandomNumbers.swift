/// Repeatable random numbers: the same seed gives the same run on every machine.
///
/// SplitMix64 (Steele, Lea, Flood 2014), with normal numbers by the sum of twelve uniform ones, which needs no
/// library function whose last digit differs between machines.
package struct RandomNumbers: RandomNumberGenerator, Sendable {
  private var state: UInt64
  private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15
  private static let uniformsOfNormal = 12

  /// Begins a sequence.
  package init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  package mutating func next() -> UInt64 {
    state &+= Self.step
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in 0..<1.
  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number of mean 0 and variance 1, between −6 and 6.
  package mutating func normal() -> Double {
    // Summed as whole numbers, which is exact: each has 53 bits.
    var sum: UInt64 = 0
    for _ in 0..<Self.uniformsOfNormal { sum &+= next() >> 11 }
    return Double(sum) * 0x1p-53 - 6
  }

  /// Passes over as many normal numbers.
  mutating func skip(normals count: Int) {
    state &+= UInt64(count) &* UInt64(Self.uniformsOfNormal) &* Self.step
  }
}
