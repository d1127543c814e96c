/// Multiplies stored values, in place or into other memory: widened to Double, multiplied, rounded once.
///
/// Results are checked by their exponent bits, so that the check costs an addition and an `or` in the
/// same vector registers: adding one to the exponent of a finite number never reaches the sign bit, of
/// an infinity or NaN it does.
struct ScaleKernel: ~Copyable {
  /// Rows at least this long are done with one factor in a register.
  private static let longRow = 16
  private static let blockCount = 1024
  private let factors = UnsafeMutableBufferPointer<Double>.allocate(capacity: blockCount)

  deinit { factors.deallocate() }

  /// Scales `count` values that lie one behind the other at `source`, and writes them to `target`, which must not overlap it.
  /// Parameters and result are those of the scaling in place.
  func scale(
    _ source: UnsafeRawPointer, into target: UnsafeMutableRawPointer, count: Int, first: Int,
    storage: BlobStorage, by stack: ScaleStack
  ) -> Bool {
    if storage == .float, let scale = longRowScale(of: stack) {
      return forEachRow(count, first, scale) {
        Self.floats(source + 4 * $0, target + 4 * $0, count: $1, by: $2)
      }
    }
    let size = storage.elementSize
    target.copyMemory(from: source, byteCount: count * size)
    return self.scale(target, stride: size, count: count, first: first, storage: storage, by: stack)
  }

  /// Scales `count` values from `bytes` on, which lie `stride` bytes apart; the first is element `first`
  /// of its blob. Returns whether all results are finite.
  func scale(
    _ bytes: UnsafeMutableRawPointer, stride: Int, count: Int, first: Int, storage: BlobStorage,
    by stack: ScaleStack
  ) -> Bool {
    let size = storage.elementSize
    if stride == size, let scale = longRowScale(of: stack) {
      return forEachRow(count, first, scale) { place, count, factor in
        let row = bytes + place * size
        return switch storage {
        // With the same pointer twice the compiler sees that the values are scaled in place, and makes a vector loop.
        case .float: Self.floats(row, row, count: count, by: factor)
        case .double: scaleDoubles(row, count: count, by: factor)
        case .half: scaleHalves(row, count: count, by: factor)
        case .other: true
        }
      }
    }
    var isFinite = true
    var done = 0
    while done < count {
      let block = UnsafeMutableBufferPointer(rebasing: factors[..<min(Self.blockCount, count - done)])
      stack.expand(from: first + done, into: block)
      let target = bytes + done * stride
      let factors = UnsafeBufferPointer(block)
      let blockIsFinite =
        switch storage {
        case .float:
          stride == 4
            ? scaleFloats(target, stride: 4, by: factors) : scaleFloats(target, stride: stride, by: factors)
        case .double:
          stride == 8
            ? scaleDoubles(target, stride: 8, by: factors) : scaleDoubles(target, stride: stride, by: factors)
        case .half: scaleHalves(target, by: factors)
        case .other: true
        }
      isFinite = blockIsFinite && isFinite
      done += block.count
    }
    return isFinite
  }

  /// The only scale of a stack, if its rows are long.
  private func longRowScale(of stack: ScaleStack) -> ChannelScale? {
    stack.scales.count == 1 && stack.scales[0].inner >= Self.longRow ? stack.scales[0] : nil
  }

  /// Calls `body` with the place, the number of values and the factor of each row; returns whether it returns true for all.
  @inline(__always)
  private func forEachRow(
    _ count: Int, _ first: Int, _ scale: ChannelScale, _ body: (Int, Int, Double) -> Bool
  ) -> Bool {
    var isFinite = true
    var done = 0
    while done < count {
      let element = first + done
      let run = min(count - done, scale.inner - element % scale.inner)
      let rowIsFinite = body(done, run, scale.factors[scale.channel(of: element)])
      isFinite = rowIsFinite && isFinite
      done += run
    }
    return isFinite
  }

  @inline(__always)
  private static func floats(
    _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, count: Int, by factor: Double
  ) -> Bool {
    var exponents: UInt32 = 0
    for index in 0..<count {
      let value = Float(Double(source.loadUnaligned(fromByteOffset: index &* 4, as: Float.self)) * factor)
      exponents |= (value.bitPattern & 0x7FFF_FFFF) &+ 0x0080_0000
      target.storeBytes(of: value, toByteOffset: index &* 4, as: Float.self)
    }
    return exponents < 0x8000_0000
  }

  private func scaleDoubles(_ bytes: UnsafeMutableRawPointer, count: Int, by factor: Double) -> Bool {
    var exponents: UInt64 = 0
    for index in 0..<count {
      let value = bytes.loadUnaligned(fromByteOffset: index &* 8, as: Double.self) * factor
      exponents |= (value.bitPattern & 0x7FFF_FFFF_FFFF_FFFF) &+ 0x0010_0000_0000_0000
      bytes.storeBytes(of: value, toByteOffset: index &* 8, as: Double.self)
    }
    return exponents < 0x8000_0000_0000_0000
  }

  private func scaleHalves(_ bytes: UnsafeMutableRawPointer, count: Int, by factor: Double) -> Bool {
    var exponents: UInt16 = 0
    for index in 0..<count {
      let half = bytes.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self)
      let value = HalfPrecision.rounded(Double(HalfPrecision.widened(half)) * factor)
      exponents |= (value & 0x7FFF) &+ 0x0400
      bytes.storeBytes(of: value, toByteOffset: index &* 2, as: UInt16.self)
    }
    return exponents < 0x8000
  }

  @inline(__always)
  private func scaleFloats(
    _ bytes: UnsafeMutableRawPointer, stride: Int, by factors: UnsafeBufferPointer<Double>
  ) -> Bool {
    var exponents: UInt32 = 0
    for index in 0..<factors.count {
      let offset = index &* stride
      let value = Float(Double(bytes.loadUnaligned(fromByteOffset: offset, as: Float.self)) * factors[index])
      exponents |= (value.bitPattern & 0x7FFF_FFFF) &+ 0x0080_0000
      bytes.storeBytes(of: value, toByteOffset: offset, as: Float.self)
    }
    return exponents < 0x8000_0000
  }

  @inline(__always)
  private func scaleDoubles(
    _ bytes: UnsafeMutableRawPointer, stride: Int, by factors: UnsafeBufferPointer<Double>
  ) -> Bool {
    var exponents: UInt64 = 0
    for index in 0..<factors.count {
      let offset = index &* stride
      let value = bytes.loadUnaligned(fromByteOffset: offset, as: Double.self) * factors[index]
      exponents |= (value.bitPattern & 0x7FFF_FFFF_FFFF_FFFF) &+ 0x0010_0000_0000_0000
      bytes.storeBytes(of: value, toByteOffset: offset, as: Double.self)
    }
    return exponents < 0x8000_0000_0000_0000
  }

  private func scaleHalves(_ bytes: UnsafeMutableRawPointer, by factors: UnsafeBufferPointer<Double>) -> Bool
  {
    var exponents: UInt16 = 0
    for index in 0..<factors.count {
      let offset = index &* 2
      let half = bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
      let value = HalfPrecision.rounded(Double(HalfPrecision.widened(half)) * factors[index])
      exponents |= (value & 0x7FFF) &+ 0x0400
      bytes.storeBytes(of: value, toByteOffset: offset, as: UInt16.self)
    }
    return exponents < 0x8000
  }
}
