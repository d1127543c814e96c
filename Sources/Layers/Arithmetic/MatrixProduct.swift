import Threads

/// A matrix packed for ``MatrixTile``: blocks of its columns, in them panels of six rows.
struct PackedMatrix<S: NetScalar>: Sendable {
  let rowCount: Int
  let depth: Int
  private let values: [S]

  /// How many columns a block has: 6 KiB of a panel in Float stay in the first-level cache.
  static var blockDepth: Int { 256 }

  /// Packs a matrix given by element: `start + row·rowStride + column·columnStride`.
  init(
    _ source: UnsafePointer<S>, rows: Int, columns: Int, rowStride: Int, columnStride: Int
  ) {
    rowCount = rows
    depth = columns
    let panels = (rows + MatrixTile.rows - 1) / MatrixTile.rows
    values = Array(unsafeUninitializedCapacity: panels * MatrixTile.rows * columns) { buffer, count in
      count = panels * MatrixTile.rows * columns
      guard count > 0 else { return }
      var place = buffer.baseAddress!
      for start in stride(from: 0, to: columns, by: Self.blockDepth) {
        let block = start..<min(columns, start + Self.blockDepth)
        for panel in 0..<panels {
          let first = panel * MatrixTile.rows
          for column in block {
            for row in first..<first + MatrixTile.rows {
              place.initialize(to: row < rows ? source[row * rowStride + column * columnStride] : 0)
              place += 1
            }
          }
        }
      }
    }
  }

  /// The panels of the block that starts at a column; a panel is `MatrixTile.rows` times the block's width.
  func withBlock(at column: Int, _ body: (UnsafePointer<S>) -> Void) {
    let panels = (rowCount + MatrixTile.rows - 1) / MatrixTile.rows
    values.withUnsafeBufferPointer { body($0.baseAddress! + column * panels * MatrixTile.rows) }
  }
}

/// The product of a packed matrix and the columns of windows.
enum MatrixProduct {
  /// The most columns of a strip: with 256 rows in Float, 256 KiB in the second-level cache.
  static let stripWidth = 256

  /// How many columns each strip has so that all cores have work.
  static func strip(columns: Int, width: Int) -> Int {
    let share = (columns + Parallel.threadCount - 1) / Parallel.threadCount
    return min(stripWidth, max(width, (share + width - 1) / width * width))
  }

  /// target[i][o] = Σ_k matrix[i][k]·columns(input)[k][o], for the windows numbered `range`.
  ///
  /// - Parameter stride: the distance of two rows of `target`, whose column 0 is window 0.
  static func multiply<S: NetScalar>(
    _ matrix: PackedMatrix<S>, _ geometry: WindowGeometry, of input: UnsafePointer<S>,
    columns range: Range<Int>,
    into target: UnsafeMutablePointer<S>, stride rowStride: Int
  ) {
    let width = S.vectorWidth
    let panels = (range.count + width - 1) / width
    let columns = WindowColumns<S>(geometry, columns: range)
    let packed = UnsafeMutableRawPointer.allocate(
      byteCount: (min(matrix.depth, PackedMatrix<S>.blockDepth) + 1) * panels * width
        * MemoryLayout<S>.stride,
      alignment: 64)
    defer { packed.deallocate() }
    let line = packed.assumingMemoryBound(to: S.self)
    let block = line + panels * width
    for start in stride(from: 0, to: matrix.depth, by: PackedMatrix<S>.blockDepth) {
      let depth = min(PackedMatrix<S>.blockDepth, matrix.depth - start)
      columns.pack(start..<start + depth, of: input, into: block, line: line)
      matrix.withBlock(at: start) { rows in
        for row in stride(from: 0, to: matrix.rowCount, by: MatrixTile.rows) {
          for panel in 0..<panels {
            MatrixTile.multiply(
              a: rows + row * depth, b: block + panel * width * depth, depth: depth,
              target: target + row * rowStride + range.lowerBound + panel * width, stride: rowStride,
              rows: min(MatrixTile.rows, matrix.rowCount - row),
              columns: min(width, range.count - panel * width), accumulate: start > 0)
          }
        }
      }
    }
  }

  /// Σ a[i]·b[i].
  static func dot<S: NetScalar>(_ a: UnsafePointer<S>, _ b: UnsafePointer<S>, count: Int) -> S {
    let width = S.vectorWidth
    var s0 = S.zeroVector
    var s1 = s0
    var s2 = s0
    var s3 = s0
    var index = 0
    let rawA = UnsafeRawPointer(a)
    let rawB = UnsafeRawPointer(b)
    let size = MemoryLayout<S.Vector>.stride
    func load(_ pointer: UnsafeRawPointer, _ place: Int) -> S.Vector {
      pointer.loadUnaligned(fromByteOffset: place, as: S.Vector.self)
    }
    while index + 4 * width <= count {
      let offset = index * MemoryLayout<S>.stride
      s0 = S.adding(s0, load(rawA, offset), times: load(rawB, offset))
      s1 = S.adding(s1, load(rawA, offset + size), times: load(rawB, offset + size))
      s2 = S.adding(s2, load(rawA, offset + 2 * size), times: load(rawB, offset + 2 * size))
      s3 = S.adding(s3, load(rawA, offset + 3 * size), times: load(rawB, offset + 3 * size))
      index += 4 * width
    }
    var sum = S.sum(S.adding(S.adding(s0, s1), S.adding(s2, s3)))
    while index < count {
      sum += a[index] * b[index]
      index += 1
    }
    return sum
  }
}
