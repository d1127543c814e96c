/// Half precision by arithmetic that is vectorised: the base instruction set has no conversion, and a call for each
/// number takes ten times as long.
///
/// IEEE 754: a sign, five bits of exponent with bias 15, ten bits of fraction.
package enum HalfPrecision {
  /// A half, given as its bits, exactly.
  ///
  /// The bits of its magnitude, moved to a float's place, are the number times 2⁻¹¹²; multiplying by 2¹¹² is exact. The
  /// exponent of infinities and NaNs is then filled up.
  @inline(__always)
  static func widened(_ half: UInt16) -> Float {
    let bits = UInt32(half)
    let magnitude = (bits & 0x7FFF) << 13
    let number = Float(bitPattern: magnitude) * 0x1p112
    let exponent: UInt32 = magnitude >= 0x0F80_0000 ? 0x7F80_0000 : 0
    return Float(bitPattern: number.bitPattern | exponent | (bits & 0x8000) << 16)
  }

  /// The bits of the half nearest to a number, ties to even.
  ///
  /// Adding and subtracting 2⁴² times its power of two leaves 11 significant bits, as many as a half has; below 2⁻¹⁴,
  /// where halves lie at equal distances, 2²⁸ does the same. From 65520 on the result is 65536, whose bits, counted as a
  /// half's, are infinity's.
  @inline(__always)
  static func rounded(_ number: Double) -> UInt16 {
    let magnitude = number.magnitude < 65536 ? number.magnitude : 65536
    let power = Double(bitPattern: magnitude.bitPattern & 0x7FF0_0000_0000_0000)
    let coarse = (power > 0x1p-14 ? power : 0x1p-14) * 0x1p42
    let nearest = (magnitude + coarse) - coarse
    let bits = UInt16(truncatingIfNeeded: (Float(nearest) * 0x1p-112).bitPattern >> 13)
    let quiet: UInt16 = number == number ? 0 : 0x0200
    return bits | quiet | UInt16(truncatingIfNeeded: number.bitPattern >> 48) & 0x8000
  }

  /// Widens values, exactly.
  static func widen(
    _ halves: UnsafePointer<UInt16>, into floats: UnsafeMutablePointer<Float>, count: Int
  ) {
    for index in 0..<count { floats[index] = widened(halves[index]) }
  }

  /// The numbers of halves, exactly.
  package static func widened(_ halves: [UInt16]) -> [Float] {
    Array(unsafeUninitializedCapacity: halves.count) { target, count in
      count = halves.count
      halves.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        widen(source, into: target, count: halves.count)
      }
    }
  }

  /// The bits of the halves nearest to numbers, ties to even.
  package static func rounded(_ numbers: [Float]) -> [UInt16] { numbers.map { rounded(Double($0)) } }
}
