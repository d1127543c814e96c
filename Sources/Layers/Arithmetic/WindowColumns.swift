/// Copies windows of an input into the columns of a matrix (im2col), a strip of columns at a time.
///
/// Row c·taps+k, column o holds the input of channel c that window o has at its place k, zero where the window
/// hangs over the border.
struct WindowColumns<S: NetScalar> {
  private let geometry: WindowGeometry
  private let runs: [WindowGeometry.Run]
  private let taps: [Int]
  private let tapCount: Int
  private let plane: Int
  private let columnCount: Int

  /// Prepares the columns `range`, numbered as the windows are.
  init(_ geometry: WindowGeometry, columns range: Range<Int>) {
    self.geometry = geometry
    runs = geometry.runs(range)
    taps = geometry.taps
    tapCount = geometry.tapCount
    plane = geometry.input.product
    columnCount = range.count
  }

  /// Packs some rows of the matrix, for ``MatrixProduct``.
  func pack(_ rows: Range<Int>, of input: UnsafePointer<S>, into panels: UnsafeMutablePointer<S>) {
    let lines = UnsafeMutablePointer<S>.allocate(capacity: rows.count * columnCount)
    defer { lines.deallocate() }
    for (index, row) in rows.enumerated() {
      fill(lines + index * columnCount, channel: input + row / tapCount * plane, tap: row % tapCount)
    }
    let offsets = (0..<rows.count).map { $0 * columnCount }
    offsets.withUnsafeBufferPointer { rows in
      Array(0..<columnCount).withUnsafeBufferPointer { S.pack(lines, rows: rows, columns: $0, into: panels) }
    }
  }

  /// One matrix row.
  func fill(_ line: UnsafeMutablePointer<S>, channel: UnsafePointer<S>, tap: Int) {
    let axes = geometry.input.count
    let last = axes - 1
    let width = geometry.input[last]
    let step = geometry.stride[last]
    var line = line
    for run in runs {
      var offset = 0
      var isInside = true
      for axis in 0..<last {
        let coordinate = run.start[axis] + taps[tap * axes + axis]
        isInside = isInside && coordinate >= 0 && coordinate < geometry.input[axis]
        offset = (offset + coordinate) * geometry.input[axis + 1]
      }
      let first = run.start[last] + taps[tap * axes + last]
      // Windows low..<high have this place inside.
      var low = run.count
      var high = run.count
      if isInside {
        low = min(run.count, first >= 0 ? 0 : (-first + step - 1) / step)
        high = max(low, min(run.count, (width - first + step - 1) / step))
      }
      for index in 0..<low { line[index] = 0 }
      if high > low {
        let source = channel + (offset + first)
        if step == 1 {
          (line + low).update(from: source + low, count: high - low)
        } else {
          for index in low..<high { line[index] = source[index * step] }
        }
      }
      for index in high..<run.count { line[index] = 0 }
      line += run.count
    }
  }
}
