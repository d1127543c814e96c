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

  /// Writes the matrix rows `rows` in panels of `S.vectorWidth` columns, each panel row by row; the last
  /// panel is filled up with zeros. `line` has room for the columns, rounded up to a panel.
  func pack(
    _ rows: Range<Int>, of input: UnsafePointer<S>, into target: UnsafeMutablePointer<S>,
    line: UnsafeMutablePointer<S>
  ) {
    let width = S.vectorWidth
    let panels = (columnCount + width - 1) / width
    let panelStride = rows.count * width * MemoryLayout<S>.stride
    for column in columnCount..<panels * width { line[column] = 0 }
    for row in rows {
      fill(line, channel: input + row / tapCount * plane, tap: row % tapCount)
      var source = UnsafeRawPointer(line)
      var place = UnsafeMutableRawPointer(target + (row - rows.lowerBound) * width)
      for _ in 0..<panels {
        place.storeBytes(of: source.load(as: S.Vector.self), as: S.Vector.self)
        source += MemoryLayout<S.Vector>.stride
        place += panelStride
      }
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
