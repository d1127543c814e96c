import Testing

@testable import Layers

struct BlockedSumTests {
  @Test(arguments: [0, 1, 127, 128, 129, 1000])
  func sumsEveryTermOnce(count: Int) {
    let numbers = (0..<2 * count + 1).map { Double($0) }
    let sum = numbers.withUnsafeBufferPointer {
      BlockedSum.of($0.baseAddress!, count: count, stride: 2) { $0 + 1 }
    }
    #expect(sum == Double(count * count))
  }

  /// A plain sum of these is off by 0.009.
  @Test func staysPreciseInFloat() {
    let numbers = [Float](repeating: 0.1, count: 1 << 20)
    let sum = numbers.withUnsafeBufferPointer { BlockedSum.of($0.baseAddress!, count: $0.count) { $0 } }
    #expect(abs(sum / (0.1 * Float(1 << 20)) - 1) < 1e-5)
  }
}
