import CArithmetic
import Testing

@testable import Layers

/// The loops of every kind of machine that this one can run, held to the definitions.
struct MatrixProductTests {
  /// Whole numbers whose sums are exact: any order of adding gives the same.
  private func numbers<S: NetScalar>(_ count: Int, seed: Int) -> [S] {
    (0..<count).map { S(($0 &* 7919 &+ seed &* 104729) % 23 - 11) }
  }

  private func product<S: NetScalar>(
    _ a: [S], _ b: [S], rows: Int, depth: Int, columns: Int, isTransposed: Bool = false
  ) -> [S] {
    var c = [S](repeating: .nan, count: rows * columns)
    c.withUnsafeMutableBufferPointer { target in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          MatrixProduct.multiply(
            isTransposed
              ? StridedMatrix(start: a.baseAddress!, rowCount: rows, rowStride: 1, columnStride: rows)
              : StridedMatrix(start: a.baseAddress!, rowCount: rows, rowStride: depth, columnStride: 1),
            isTransposed
              ? StridedMatrix(start: b.baseAddress!, rowCount: depth, rowStride: 1, columnStride: depth)
              : StridedMatrix(start: b.baseAddress!, rowCount: depth, rowStride: columns, columnStride: 1),
            columns: columns, into: target.baseAddress!)
        }
      }
    }
    return c
  }

  private func checkProducts<S: NetScalar>(_ scalar: S.Type, rows: Int, depth: Int) {
    for columns in depth < 10 ? [1, 3, 4, 7, 8, 9, 15, 16, 17, 33, 300] : [1, 17] {
      let a: [S] = numbers(rows * depth, seed: 1)
      let b: [S] = numbers(depth * columns, seed: 2)
      let expected: [S] = (0..<rows * columns).map { place in
        let (row, column) = (place / columns * depth, place % columns)
        return (0..<depth).map { a[row + $0] * b[$0 * columns + column] }.reduce(0, +)
      }
      #expect(product(a, b, rows: rows, depth: depth, columns: columns) == expected)
      let turnedA = (0..<a.count).map { a[$0 % rows * depth + $0 / rows] }
      let turnedB = (0..<b.count).map { b[$0 % depth * columns + $0 / depth] }
      #expect(
        product(turnedA, turnedB, rows: rows, depth: depth, columns: columns, isTransposed: true) == expected)
    }
  }

  @Test(
    "Every size around the tile's and the block's borders",
    arguments: [1, 2, 3, 4, 5, 6, 7, 13], [1, 3, 4, 5, 63, 64, 65, 256, 257, 513])
  func productEqualsTheDefinition(rows: Int, depth: Int) {
    checkProducts(Float.self, rows: rows, depth: depth)
    checkProducts(Double.self, rows: rows, depth: depth)
  }

  @Test("A sum of nothing is the shift")
  func emptySums() {
    let numbers: [Float] = [7]
    var target: [Float] = [.nan, .nan, .nan, .nan, .nan, .nan]
    numbers.withUnsafeBufferPointer { numbers in
      target.withUnsafeMutableBufferPointer { target in
        [Float(2), 3].withUnsafeBufferPointer { shift in
          MatrixProduct.multiply(
            StridedMatrix(start: numbers.baseAddress!, rowCount: 2, rowStride: 0, columnStride: 1), depth: 0,
            rows: 0..<2, columns: 1..<3, shift: shift.baseAddress!, into: target.baseAddress!, stride: 3
          ) { _, _ in }
        }
      }
    }
    #expect(target[0].isNaN && target[3].isNaN)
    #expect(target[1] == 2 && target[2] == 2 && target[4] == 3 && target[5] == 3)
  }

  @Test("The pieces of a cut are the whole", arguments: [0, 1, 5, 6, 100], [0, 1, 16, 17, 2000])
  func cutsCoverTheProduct(rows: Int, columns: Int) {
    for products in [1, 3, 100] {
      let cut = MatrixProduct.Cut(rows: rows, columns: columns, panel: 16, products: products)
      var counts = [Int](repeating: 0, count: rows * columns)
      for piece in (0..<cut.count).map(cut.piece) {
        for row in piece.rows { for column in piece.columns { counts[row * columns + column] += 1 } }
      }
      #expect(counts.allSatisfy { $0 == 1 })
    }
  }

  @Test(arguments: [0, 1, 15, 16, 17, 64, 100])
  func dotProducts(count: Int) {
    let (a, b): ([Double], [Double]) = (numbers(count, seed: 4), numbers(count, seed: 5))
    #expect(Double.dot(a, b, count: count) == zip(a, b).map(*).reduce(0, +))
  }
}
