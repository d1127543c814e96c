/// Adds the columns of a matrix to the windows of a plane: the transpose of ``WindowColumns`` (col2im).
struct WindowSums<S: NetScalar> {
  private let geometry: WindowGeometry
  private let runs: [WindowGeometry.Run]
  private let taps: [Int]

  /// Prepares all windows of the geometry.
  init(_ geometry: WindowGeometry) {
    self.geometry = geometry
    runs = geometry.runs(0..<geometry.output.product)
    taps = geometry.taps
  }

  /// Adds one channel: `columns` has a row for each place of the window and a column for each window; what
  /// hangs over the border is dropped.
  func add(_ columns: UnsafePointer<S>, to plane: UnsafeMutablePointer<S>) {
    let axes = geometry.input.count
    let last = axes - 1
    let width = geometry.input[last]
    let step = geometry.stride[last]
    var source = columns
    for tap in 0..<geometry.tapCount {
      for run in runs {
        var offset = 0
        var isInside = true
        for axis in 0..<last {
          let coordinate = run.start[axis] + taps[tap * axes + axis]
          isInside = isInside && coordinate >= 0 && coordinate < geometry.input[axis]
          offset = (offset + coordinate) * geometry.input[axis + 1]
        }
        if isInside {
          let first = run.start[last] + taps[tap * axes + last]
          let low = min(run.count, first >= 0 ? 0 : (-first + step - 1) / step)
          let high = max(low, min(run.count, (width - first + step - 1) / step))
          if high > low {
            let target = plane + (offset + first)
            for index in low..<high { target[index * step] += source[index] }
          }
        }
        source += run.count
      }
    }
  }
}
