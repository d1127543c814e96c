import Testing
import WireTestSupport

@testable import CaffeIO

@Suite struct ScaleKernelTests {
  /// The formula of `ChannelScale`'s documentation, element by element.
  private func naiveFactor(_ element: Int, _ scales: [ChannelScale]) -> Double {
    var product = 1.0
    for scale in scales {
      let row = element / scale.inner
      product *=
        scale.factors[((row / scale.modulus) / scale.rowsPerGroup) * scale.modulus + row % scale.modulus]
    }
    return product
  }

  private func factors(_ count: Int, _ random: inout SeededRandom) -> [Double] {
    (0..<count).map { _ in Double.random(in: -2...2, using: &random) }
  }

  /// Output and input side of convolutions, deconvolutions and transposed inner products of many sizes.
  @Test(arguments: 0..<300)
  func anyGeometry(seed: Int) {
    var random = SeededRandom(UInt64(seed))
    let (groups, inner) = (Int.random(in: 1...3, using: &random), Int.random(in: 1...40, using: &random))
    let (outPerGroup, inPerGroup) = (
      Int.random(in: 1...5, using: &random), Int.random(in: 1...5, using: &random)
    )
    let out = outPerGroup * groups
    let count = out * inPerGroup * inner
    var scales = [
      ChannelScale(factors: factors(out, &random), inner: inPerGroup * inner, modulus: out),
      ChannelScale(
        factors: factors(inPerGroup * groups, &random), inner: inner, modulus: inPerGroup,
        rowsPerGroup: outPerGroup),
      ChannelScale(
        factors: factors(out, &random), inner: inPerGroup * inner, modulus: outPerGroup, rowsPerGroup: 1),
      ChannelScale(factors: factors(count / inner, &random), inner: inner, modulus: count / inner),
    ]
    scales.shuffle(using: &random)
    scales.removeLast(Int.random(in: 0...3, using: &random))
    #expect(scales.allSatisfy { $0.covers(count: count) })
    let values = (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
    let first = Int.random(in: 0..<count, using: &random)
    let length = Int.random(in: 0...count - first, using: &random)
    let expected = (first..<first + length).map {
      Float(Double(values[$0]) * naiveFactor($0, merged(scales)))
    }
    var bytes = Array(values[first..<first + length])
    let isFinite = bytes.withUnsafeMutableBytes { buffer in
      buffer.count == 0
        || ScaleKernel().scale(
          buffer.baseAddress!, stride: 4, count: length, first: first, storage: .float,
          by: ScaleStack(scales))
    }
    #expect(isFinite)
    #expect(bytes == expected)
    let source = Array(values[first..<first + length])
    var target = [Float](repeating: 0, count: length)
    let isFiniteThere = source.withUnsafeBytes { source in
      target.withUnsafeMutableBytes { target in
        target.count == 0
          || ScaleKernel().scale(
            source.baseAddress!, into: target.baseAddress!, count: length, first: first, storage: .float,
            by: ScaleStack(scales))
      }
    }
    #expect(isFiniteThere)
    #expect(target == expected)
  }

  /// Scales of one geometry are multiplied first; a product of three depends on the order in its last bit.
  private func merged(_ scales: [ChannelScale]) -> [ChannelScale] { ScaleStack(scales).scales }

  @Test func equalGeometriesAreMultipliedInDouble() {
    let first = ChannelScale(factors: [3, 1e30], inner: 2, modulus: 2)
    let second = ChannelScale(factors: [1 / 3.0, 1e-30], inner: 2, modulus: 2)
    let stack = ScaleStack([first, second])
    #expect(stack.scales == [ChannelScale(factors: [3 * (1 / 3.0), 1e30 * 1e-30], inner: 2, modulus: 2)])
  }

  @Test(arguments: [
    (ChannelScale(factors: [1, 2], inner: 2, modulus: 2), 4, true),
    (ChannelScale(factors: [1, 2], inner: 2, modulus: 2), 8, false),
    (ChannelScale(factors: [1, 2], inner: 2, modulus: 2), 5, false),
    (ChannelScale(factors: [1, 2], inner: 2, modulus: 2, rowsPerGroup: 2), 8, true),
    (ChannelScale(factors: [1, 2, 3], inner: 1, modulus: 2), 3, false),
    (ChannelScale(factors: [], inner: 0, modulus: 1), 0, false),
  ])
  func coverage(scale: ChannelScale, count: Int, covers: Bool) {
    #expect(scale.covers(count: count) == covers)
  }

  /// Every half times a factor is the exact product rounded once, to nearest, ties to even.
  @Test(arguments: [1.0, -1.0, 0.5, 1.0009765625, 1.5, 3.0e-5, 1000.1], [1, 40])
  func allHalves(factor: Double, inner: Int) {
    let count = 65536 / inner * inner
    let stack = ScaleStack([
      ChannelScale(
        factors: Array(repeating: factor, count: count / inner), inner: inner, modulus: count / inner)
    ])
    var bits = (0..<count).map { UInt16($0) }
    _ = bits.withUnsafeMutableBytes {
      ScaleKernel().scale($0.baseAddress!, stride: 2, count: count, first: 0, storage: .half, by: stack)
    }
    for pattern in 0..<count {
      let expected = HalfReference.value(HalfReference.bits(HalfReference.value(UInt16(pattern)) * factor))
      let found = HalfReference.value(bits[pattern])
      let same = found == expected && found.sign == expected.sign
      #expect(same || (found.isNaN && expected.isNaN), "pattern \(pattern)")
    }
  }

  @Test(arguments: [BlobStorage.float, .double, .half], [1, 32])
  func resultsThatAreNotFinite(storage: BlobStorage, inner: Int) {
    let stack = ScaleStack([
      ChannelScale(factors: Array(repeating: 4, count: 64 / inner), inner: inner, modulus: 64 / inner)
    ])
    let largest: [UInt8] =
      switch storage {
      case .float: Wire.floats([.greatestFiniteMagnitude])
      case .double: Wire.doubles([.greatestFiniteMagnitude])
      default: Wire.halves([.greatestFiniteMagnitude])
      }
    for place in -1..<64 {
      var bytes = [UInt8](repeating: 0, count: 64 * storage.elementSize)
      if place >= 0 {
        bytes.replaceSubrange(place * storage.elementSize..<(place + 1) * storage.elementSize, with: largest)
      }
      let isFinite = bytes.withUnsafeMutableBytes {
        ScaleKernel().scale(
          $0.baseAddress!, stride: storage.elementSize, count: 64, first: 0, storage: storage, by: stack)
      }
      #expect(isFinite == (place < 0))
    }
  }
}
