import Testing

@testable import CaffoldKit

/// Numbers in pieces of any length give the figures of all of them.
@Suite struct BlobStatisticsTests {
  private func statistics(_ values: [Double], piece: Int) -> BlobStatistics {
    var statistics = BlobStatistics()
    for start in stride(from: 0, to: values.count, by: piece) {
      Array(values[start..<min(start + piece, values.count)]).withUnsafeBufferPointer { statistics.add($0) }
    }
    return statistics
  }

  @Test(arguments: [1, 2, 3, 7, 100])
  func pieces(piece: Int) throws {
    // A mean far from zero: squares of the values themselves would lose the deviation.
    let values = (0..<50).map { 1e8 + Double($0 * $0 % 17) }
    let found = statistics(values, piece: piece)
    let mean = values.reduce(0, +) / 50
    let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 50).squareRoot()
    #expect(abs(try #require(found.mean) - mean) < 1e-6)
    #expect(abs(try #require(found.deviation) - deviation) < 1e-6)
    #expect(found.smallest == 1e8 && found.largest == 1e8 + 16)
    #expect(found.count == 50 && found.zeros == 0)
  }

  @Test func whatIsNoNumberIsCountedApart() {
    let found = statistics([.nan, 0, -0.0, .infinity, 2, -.infinity, .nan], piece: 2)
    #expect(found.nans == 2 && found.infinities == 2 && found.zeros == 2 && found.count == 7)
    #expect(found.smallest == 0 && found.largest == 2)
    #expect(found.mean == 2.0 / 3)
    #expect(statistics([.nan], piece: 1).mean == nil)
    #expect(statistics([], piece: 1).zeroShare == 0)
  }

  /// Each finite number is counted once, the largest in the last interval; numbers whose distance has no inverse are not counted.
  @Test func histogram() {
    func histogram(_ values: [Double]) -> [Int] {
      let found = statistics(values, piece: 3)
      return found.histogram { count in values.withUnsafeBufferPointer(count) }
    }
    let counts = histogram([0, 1, 1, 47.5, 48, .nan, .infinity])
    #expect(counts.count == 48 && counts[0] == 1 && counts[1] == 2 && counts[47] == 2)
    #expect(counts.reduce(0, +) == 5)
    #expect(histogram([3, 3]) == [] && histogram([]) == [] && histogram([0, .leastNonzeroMagnitude]) == [])
    #expect(histogram([-.greatestFiniteMagnitude, .greatestFiniteMagnitude]).reduce(0, +) == 2)
  }
}
