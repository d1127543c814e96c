import Testing

@testable import Layers

struct MatrixProductTests {
  /// Whole numbers whose sums are exact: any order of adding gives the same.
  private func numbers(_ count: Int, seed: Int) -> [Double] {
    (0..<count).map { Double(($0 &* 7919 &+ seed &* 104729) % 23 - 11) }
  }

  @Test(
    "Every size around the tile's and the block's borders",
    arguments: [1, 5, 6, 7, 13], [1, 3, 4, 5, 255, 256, 257, 600])
  func productEqualsTheDefinition(rows: Int, depth: Int) {
    for columns in [1, 3, 4, 9, 17] {
      let a = numbers(rows * depth, seed: 1)
      let b = numbers(depth * columns, seed: 2)
      var c = [Double](repeating: .nan, count: rows * columns)
      let matrix = PackedMatrix(a, rows: rows, columns: depth, rowStride: depth, columnStride: 1)
      c.withUnsafeMutableBufferPointer { target in
        MatrixProduct.multiply(
          matrix, .identity(count: columns), of: b, columns: 0..<columns, into: target.baseAddress!,
          stride: columns)
      }
      for row in 0..<rows {
        for column in 0..<columns {
          let sum = (0..<depth).reduce(0) { $0 + a[row * depth + $1] * b[$1 * columns + column] }
          #expect(c[row * columns + column] == sum)
        }
      }
    }
  }

  @Test func transposedMatricesAreReadByColumns() {
    let a = numbers(6, seed: 3)
    let matrix = PackedMatrix(a, rows: 3, columns: 2, rowStride: 1, columnStride: 3)
    var c = [Double](repeating: .nan, count: 3)
    c.withUnsafeMutableBufferPointer { target in
      MatrixProduct.multiply(
        matrix, .identity(count: 1), of: [2.0, 5.0], columns: 0..<1, into: target.baseAddress!, stride: 1)
    }
    #expect(c == [2 * a[0] + 5 * a[3], 2 * a[1] + 5 * a[4], 2 * a[2] + 5 * a[5]])
  }

  @Test(arguments: [0, 1, 15, 16, 17, 64, 100])
  func dotProducts(count: Int) {
    let (a, b) = (numbers(count, seed: 4), numbers(count, seed: 5))
    #expect(MatrixProduct.dot(a, b, count: count) == zip(a, b).reduce(0) { $0 + $1.0 * $1.1 })
  }
}
