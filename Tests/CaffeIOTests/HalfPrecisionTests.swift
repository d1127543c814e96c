import Testing
import WireTestSupport

@testable import CaffeIO

/// The arithmetic against the compiler's own conversions.
struct HalfPrecisionTests {
  @Test func everyHalfIsWidenedExactly() {
    for bits in UInt16.min...UInt16.max {
      let expected = Float(Float16(bitPattern: bits))
      let widened = HalfPrecision.widened(bits)
      #expect(widened.isNaN ? expected.isNaN : widened.bitPattern == expected.bitPattern, "\(bits)")
    }
  }

  /// The numbers halfway between neighbouring halves, their neighbours, and the halves themselves.
  @Test func everyHalfAndEveryTieIsRoundedToEven() {
    for bits in UInt16(0)..<0x7C00 {
      let half = Double(Float16(bitPattern: bits))
      let next = bits == 0x7BFF ? 65536 : Double(Float16(bitPattern: bits + 1))
      let tie = (half + next) / 2
      for number in [half, tie.nextDown, tie, tie.nextUp, -half, -tie.nextDown, -tie, -tie.nextUp] {
        #expect(HalfPrecision.rounded(number) == Float16(number).bitPattern, "\(number)")
      }
    }
  }

  @Test func anyNumberIsRounded() {
    var random = SeededRandom(11)
    for _ in 0..<200_000 {
      let number = Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &random))
      let near =
        Double.random(in: -1...1, using: &random) * [1, 1e-3, 1e-6, 1e5].randomElement(using: &random)!
      for x in [number, near] where !x.isNaN {
        #expect(HalfPrecision.rounded(x) == Float16(x).bitPattern, "\(x)")
      }
    }
    for x in [Double.infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude] {
      #expect(HalfPrecision.rounded(x) == Float16(x).bitPattern)
    }
    #expect(Float16(bitPattern: HalfPrecision.rounded(.nan)).isNaN)
  }
}
