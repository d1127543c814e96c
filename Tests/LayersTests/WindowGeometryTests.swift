import Testing

@testable import Layers

struct WindowGeometryTests {
  /// 3×4 inputs, windows of 2×3 with stride 2×1, padding 1×1, dilation 2×1.
  private let geometry = WindowGeometry(
    input: [3, 4], kernel: [2, 3], stride: [2, 1], pad: [1, 1], dilation: [2, 1], output: [2, 4])

  @Test func tapsAreDilated() {
    #expect(geometry.taps == [0, 0, 0, 1, 0, 2, 2, 0, 2, 1, 2, 2])
  }

  @Test func columnsHoldTheWindowsWithZerosBeyondTheBorder() {
    let input = (1...12).map { Double($0) }
    let columns = WindowColumns<Double>(geometry, columns: 0..<8)
    var line = [Double](repeating: .nan, count: 8)
    columns.fill(&line, channel: input, tap: 3)
    // Place (2, 0): rows 1 and 3 of the input, columns −1…2; row 3 is beyond.
    #expect(line == [0, 5, 6, 7, 0, 0, 0, 0])
    columns.fill(&line, channel: input, tap: 2)
    // Place (0, 2): rows −1 and 1, columns 1…4.
    #expect(line == [0, 0, 0, 0, 6, 7, 8, 0])
  }

  @Test("A strip of columns is the same columns", arguments: 0..<8)
  func strips(first: Int) {
    let input = (1...12).map { Double($0) }
    for tap in 0..<6 {
      var whole = [Double](repeating: .nan, count: 8)
      WindowColumns<Double>(geometry, columns: 0..<8).fill(&whole, channel: input, tap: tap)
      var part = [Double](repeating: .nan, count: 8 - first)
      WindowColumns<Double>(geometry, columns: first..<8).fill(&part, channel: input, tap: tap)
      #expect(part == Array(whole[first...]))
    }
  }

  @Test("Adding columns to windows is the transpose of copying windows to columns")
  func sumsAreTheTranspose() {
    let input = (1...12).map { Double($0 * $0 % 17) }
    let weights = (0..<48).map { Double($0 * 5 % 13) }
    var columns = [Double](repeating: 0, count: 48)
    columns.withUnsafeMutableBufferPointer { buffer in
      for tap in 0..<6 {
        WindowColumns<Double>(geometry, columns: 0..<8)
          .fill(buffer.baseAddress! + tap * 8, channel: input, tap: tap)
      }
    }
    var plane = [Double](repeating: 0, count: 12)
    WindowSums<Double>(geometry).add(weights, to: &plane)
    let there = zip(columns, weights).reduce(0) { $0 + $1.0 * $1.1 }
    let back = zip(input, plane).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(there == back && there != 0)
  }
}
