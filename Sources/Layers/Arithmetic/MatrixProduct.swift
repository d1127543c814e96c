import Threads

/// A matrix by where its elements lie: element (i, k) at `start + i·rowStride + k·columnStride`.
package struct StridedMatrix<S> {
  var start: UnsafePointer<S>
  var rowCount: Int
  var rowStride: Int
  var columnStride: Int

  /// The rows from `first` on, and of them the columns from `column` on.
  func part(rows: Range<Int>, from column: Int) -> StridedMatrix {
    StridedMatrix(
      start: start + rows.lowerBound * rowStride + column * columnStride, rowCount: rows.count,
      rowStride: rowStride, columnStride: columnStride)
  }
}

/// A block of a matrix, packed in panels of `panelWidth` columns, each row by row.
package struct PackedBlock<S> {
  var panels: UnsafePointer<S>
  var depth: Int
  var columnCount: Int
}

/// Products of matrices, cut into pieces that several threads compute and that stay in the caches.
enum MatrixProduct {
  /// The most rows of a packed block, and its most panels: 256 KiB, half of a usual second-level cache.
  static let blockDepth = 256
  private static let stripPanels = 16
  /// What a piece of rows is a multiple of: the height of a tile.
  private static let tileRows = 6

  /// Which rows and columns of a product a piece of work has.
  struct Cut {
    private let rows: Int
    private let columns: Int
    private let rowStep: Int
    private let columnStep: Int
    private let strips: Int
    /// How many pieces there are.
    let count: Int

    /// Cuts one of `products` products alike.
    ///
    /// Where there are columns enough, each thread packs its own; else all pack all, and share the rows.
    init(rows: Int, columns: Int, panel: Int, products: Int) {
      (self.rows, self.columns) = (rows, columns)
      let threads = (Parallel.threadCount + products - 1) / products
      let most = MatrixProduct.stripPanels * panel
      let panels = (columns + panel - 1) / panel
      let hasColumns = panels >= 4 * threads
      let least = (columns + most - 1) / most
      let wanted = hasColumns ? (least + threads - 1) / threads * threads : max(least, 1)
      columnStep = max(1, (panels + wanted - 1) / wanted) * panel
      strips = (columns + columnStep - 1) / columnStep
      let tiles = (rows + MatrixProduct.tileRows - 1) / MatrixProduct.tileRows
      let shares = hasColumns ? 1 : threads
      rowStep = max(1, (tiles + shares - 1) / shares) * MatrixProduct.tileRows
      count = strips * ((rows + rowStep - 1) / rowStep)
    }

    /// A piece by its number.
    func piece(_ index: Int) -> (rows: Range<Int>, columns: Range<Int>) {
      let (row, column) = (index / strips * rowStep, index % strips * columnStep)
      return (row..<min(rows, row + rowStep), column..<min(columns, column + columnStep))
    }
  }

  /// target[i][j] = shift[i] + Σ_k a[i][k]·b[k][j] for some rows and columns; an empty sum is 0.
  ///
  /// - Parameters:
  ///   - stride: the distance of two rows of `target`, whose first element is that of the whole product.
  ///   - accumulates: whether the sums are added to the target, and the shift is there.
  ///   - pack: packs some rows of b, of these columns.
  static func multiply<S: NetScalar>(
    _ a: StridedMatrix<S>, depth: Int, rows: Range<Int>, columns: Range<Int>, shift: UnsafePointer<S>?,
    into target: UnsafeMutablePointer<S>, stride rowStride: Int, accumulates: Bool = false,
    pack: (Range<Int>, UnsafeMutablePointer<S>) -> Void
  ) {
    if depth == 0, !accumulates {
      for row in rows {
        (target + row * rowStride + columns.lowerBound)
          .update(repeating: shift.map { $0[row] } ?? 0, count: columns.count)
      }
      return
    }
    let panels = (columns.count + S.panelWidth - 1) / S.panelWidth
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: min(depth, blockDepth) * panels * S.panelWidth * MemoryLayout<S>.stride, alignment: 64)
    defer { memory.deallocate() }
    let block = memory.assumingMemoryBound(to: S.self)
    for start in stride(from: 0, to: depth, by: blockDepth) {
      let range = start..<min(depth, start + blockDepth)
      let isFirst = start == 0 && !accumulates
      pack(range, block)
      S.multiply(
        a.part(rows: rows, from: start),
        PackedBlock(panels: block, depth: range.count, columnCount: columns.count),
        shift: isFirst ? shift.map { $0 + rows.lowerBound } : nil,
        into: target + rows.lowerBound * rowStride + columns.lowerBound, stride: rowStride,
        accumulates: !isFirst)
    }
  }

  /// target = a·b; `target` has its rows one after the other.
  static func multiply<S: NetScalar>(
    _ a: StridedMatrix<S>, _ b: StridedMatrix<S>, columns: Int, into target: UnsafeMutablePointer<S>
  ) {
    let depth = b.rowCount
    let rowOffsets = (0..<depth).map { $0 * b.rowStride }
    let columnOffsets = (0..<columns).map { $0 * b.columnStride }
    let cut = Cut(rows: a.rowCount, columns: columns, panel: S.panelWidth, products: 1)
    rowOffsets.withUnsafeBufferPointer { rowOffsets in
      columnOffsets.withUnsafeBufferPointer { columnOffsets in
        Parallel.forEach(cut.count, work: a.rowCount * depth * columns) { index in
          let piece = cut.piece(index)
          multiply(
            a, depth: depth, rows: piece.rows, columns: piece.columns, shift: nil, into: target,
            stride: columns
          ) { range, block in
            S.pack(
              b.start, rows: UnsafeBufferPointer(rebasing: rowOffsets[range]),
              columns: UnsafeBufferPointer(rebasing: columnOffsets[piece.columns]), into: block)
          }
        }
      }
    }
  }
}
