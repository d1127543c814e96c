/// A number type with a vector that the matrix product is built from.
///
/// The operations are per type because a generic SIMD operator is a loop over elements.
package protocol TileScalar {
  /// As many numbers as a row of a tile has.
  associatedtype Vector: BitwiseCopyable
  /// The number of elements of `Vector`.
  static var vectorWidth: Int { get }
  /// A vector of zeros.
  static var zeroVector: Vector { get }
  /// `sum + factor·vector`, rounded twice.
  static func adding(_ sum: Vector, _ factor: Self, _ vector: Vector) -> Vector
  /// `a + b`.
  static func adding(_ a: Vector, _ b: Vector) -> Vector
  /// `sum + a·b` by element.
  static func adding(_ sum: Vector, _ a: Vector, times b: Vector) -> Vector
  /// The sum of the elements.
  static func sum(_ vector: Vector) -> Self
}

extension Float: TileScalar {
  package typealias Vector = SIMD8<Float>
  package static var vectorWidth: Int { 8 }
  package static var zeroVector: SIMD8<Float> { .zero }
  @inline(__always)
  package static func adding(_ sum: SIMD8<Float>, _ factor: Float, _ vector: SIMD8<Float>) -> SIMD8<Float> {
    sum + SIMD8(repeating: factor) * vector
  }
  @inline(__always)
  package static func adding(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> { a + b }
  @inline(__always)
  package static func adding(
    _ sum: SIMD8<Float>, _ a: SIMD8<Float>, times b: SIMD8<Float>
  ) -> SIMD8<Float> { sum + a * b }
  @inline(__always)
  package static func sum(_ vector: SIMD8<Float>) -> Float { vector.sum() }
}

extension Double: TileScalar {
  package typealias Vector = SIMD4<Double>
  package static var vectorWidth: Int { 4 }
  package static var zeroVector: SIMD4<Double> { .zero }
  @inline(__always)
  package static func adding(
    _ sum: SIMD4<Double>, _ factor: Double, _ vector: SIMD4<Double>
  ) -> SIMD4<Double> { sum + SIMD4(repeating: factor) * vector }
  @inline(__always)
  package static func adding(_ a: SIMD4<Double>, _ b: SIMD4<Double>) -> SIMD4<Double> { a + b }
  @inline(__always)
  package static func adding(
    _ sum: SIMD4<Double>, _ a: SIMD4<Double>, times b: SIMD4<Double>
  ) -> SIMD4<Double> { sum + a * b }
  @inline(__always)
  package static func sum(_ vector: SIMD4<Double>) -> Double { vector.sum() }
}

/// The innermost part of the matrix product: six rows by one vector of columns.
///
/// Twelve of the sixteen 128-bit registers hold the sums (a vector is two registers).
enum MatrixTile {
  /// The number of rows.
  static let rows = 6

  /// target[i][j] (+)= Σ_k a[k·6+i]·b[k·width+j].
  ///
  /// - Parameters:
  ///   - a: the packed rows, `depth`·6 numbers.
  ///   - b: the packed columns, `depth`·width numbers, aligned to the vector.
  ///   - rows, columns: how much of the tile there is in `target`.
  ///   - stride: the distance of two rows of `target`.
  ///   - accumulate: false for the first of several calls for one target.
  @inline(__always)
  static func multiply<S: NetScalar>(
    a: UnsafePointer<S>, b: UnsafePointer<S>, depth: Int, target: UnsafeMutablePointer<S>, stride: Int,
    rows: Int, columns: Int, accumulate: Bool
  ) {
    var s0 = S.zeroVector
    var s1 = s0
    var s2 = s0
    var s3 = s0
    var s4 = s0
    var s5 = s0
    var a = a
    var b = UnsafeRawPointer(b)
    for _ in 0..<depth {
      let vector = b.load(as: S.Vector.self)
      s0 = S.adding(s0, a[0], vector)
      s1 = S.adding(s1, a[1], vector)
      s2 = S.adding(s2, a[2], vector)
      s3 = S.adding(s3, a[3], vector)
      s4 = S.adding(s4, a[4], vector)
      s5 = S.adding(s5, a[5], vector)
      a += 6
      b += MemoryLayout<S.Vector>.stride
    }
    if rows == 6, columns == S.vectorWidth {
      store(s0, to: target, accumulate)
      store(s1, to: target + stride, accumulate)
      store(s2, to: target + 2 * stride, accumulate)
      store(s3, to: target + 3 * stride, accumulate)
      store(s4, to: target + 4 * stride, accumulate)
      store(s5, to: target + 5 * stride, accumulate)
    } else {
      withUnsafeTemporaryAllocation(of: S.self, capacity: 6 * S.vectorWidth) { tile in
        let base = tile.baseAddress!
        for (row, sum) in [s0, s1, s2, s3, s4, s5].enumerated() {
          store(sum, to: base + row * S.vectorWidth, false)
        }
        for row in 0..<rows {
          for column in 0..<columns {
            let value = base[row * S.vectorWidth + column]
            target[row * stride + column] = accumulate ? target[row * stride + column] + value : value
          }
        }
      }
    }
  }

  @inline(__always)
  private static func store<S: NetScalar>(
    _ vector: S.Vector, to target: UnsafeMutablePointer<S>, _ accumulate: Bool
  ) {
    let raw = UnsafeMutableRawPointer(target)
    let value = accumulate ? S.adding(raw.loadUnaligned(as: S.Vector.self), vector) : vector
    raw.storeBytes(of: value, as: S.Vector.self)
  }
}
