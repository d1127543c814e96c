/// Where windows find their values: in the input itself, or in a copy that has the padding and in which the windows of a
/// row lie side by side.
///
/// Place k of window o lies at the window's offset plus the place's, in each channel. In the copy a row stands in as many
/// parts as the stride is long, the coordinates 0, s, 2s, … first: the windows of a row then begin at 0, 1, 2, …
struct WindowPlaces {
  private let geometry: WindowGeometry
  /// How many places of each axis windows reach.
  private let extent: [Int]
  /// The distance of neighbours along an axis; along the last one between parts.
  private let pitch: [Int]
  /// How many parts a row has.
  private let parts: Int
  /// Whether there is a copy.
  let isCopy: Bool
  /// How many numbers a channel has.
  let count: Int
  /// By place of the window, its offset.
  let offsets: [Int]

  /// Prepares; nil where a copy would be much larger than the input, as with a padding of which a stride leaves most out.
  ///
  /// - Parameter sideBySide: whether the windows of a row have to lie side by side even where a window has one place.
  init?(_ geometry: WindowGeometry, sideBySide: Bool = false) {
    let axes = geometry.input.indices
    guard let last = axes.last, geometry.output.allSatisfy({ $0 > 0 }) else { return nil }
    let isPadded = axes.contains { axis in
      let reach =
        (geometry.output[axis] - 1) * geometry.stride[axis]
        + (geometry.kernel[axis] - 1) * geometry.dilation[axis] - geometry.pad[axis]
      return geometry.pad[axis] > 0 || reach >= geometry.input[axis]
    }
    isCopy = isPadded || geometry.stride[last] > 1 && (sideBySide || geometry.tapCount > 1)
    parts = isCopy ? geometry.stride[last] : 1
    var extent = geometry.input
    if isCopy {
      for axis in axes {
        extent[axis] =
          (geometry.output[axis] - 1) * geometry.stride[axis]
          + (geometry.kernel[axis] - 1) * geometry.dilation[axis] + 1
      }
    }
    self.extent = extent
    var sizes = extent
    let partLength = (extent[last] + parts - 1) / parts
    sizes[last] = [partLength, parts].saturatingProduct
    count = sizes.saturatingProduct
    guard !isCopy || count / 4 <= geometry.input.product + 1024 else { return nil }
    var pitch = axes.map { sizes[($0 + 1)...].product }
    pitch[last] = isCopy ? partLength : 1
    self.pitch = pitch
    self.geometry = geometry
    let (taps, parts) = (geometry.taps, parts)
    offsets = (0..<geometry.tapCount).map { tap in
      axes.reduce(0) { sum, axis in
        let tap = taps[tap * geometry.input.count + axis]
        return sum + (axis < last ? tap * pitch[axis] : tap % parts * pitch[axis] + tap / parts)
      }
    }
  }

  /// The offsets of the windows numbered `range`.
  func windows(_ range: Range<Int>) -> [Int] {
    let step = isCopy ? 1 : geometry.stride[geometry.input.count - 1]
    return [Int](unsafeUninitializedCapacity: range.count) { buffer, count in
      eachRow(range) { offset, columns in
        for column in columns {
          buffer[count] = offset + column * step
          count += 1
        }
      }
    }
  }

  /// Calls `body` for each row of windows, or part of one: the offset of a row's first window, and its columns.
  func eachRow(_ range: Range<Int>, _ body: (Int, Range<Int>) -> Void) {
    let last = geometry.output.count - 1
    let width = geometry.output[last]
    var next = range.lowerBound
    while next < range.upperBound {
      var (row, column, offset) = (next / width, next % width, 0)
      for axis in (0..<last).reversed() {
        offset += row % geometry.output[axis] * geometry.stride[axis] * pitch[axis]
        row /= geometry.output[axis]
      }
      let end = min(width, column + range.upperBound - next)
      body(offset, column..<end)
      next += end - column
      column = end
    }
  }

  /// Copies a channel, with a number in the place of what is outside.
  func copy<S: NetScalar>(_ channel: UnsafePointer<S>, into target: UnsafeMutablePointer<S>, outside: S) {
    let last = extent.count - 1
    let (pad, width, length) = (geometry.pad[last], geometry.input[last], pitch[last])
    let outer = Array(extent[..<last])
    var position = [Int](repeating: 0, count: last)
    for line in stride(from: 0, to: count, by: length * parts) {
      var source = 0
      var isInside = true
      for axis in 0..<last {
        let coordinate = position[axis] - geometry.pad[axis]
        isInside = isInside && coordinate >= 0 && coordinate < geometry.input[axis]
        source = source * geometry.input[axis] + coordinate
      }
      for part in 0..<parts {
        let target = target + (line + part * length)
        // Number i has the coordinate i·parts + part − pad.
        let first = part - pad
        let low = isInside ? min(length, first >= 0 ? 0 : (-first + parts - 1) / parts) : length
        let high = max(low, isInside ? min(length, (width - first + parts - 1) / parts) : length)
        target.update(repeating: outside, count: low)
        if high > low {
          let from = channel + (source * width + first)
          if parts == 1 {
            (target + low).update(from: from + low, count: high - low)
          } else {
            for index in low..<high { target[index] = from[index * parts] }
          }
        }
        (target + high).update(repeating: outside, count: length - high)
      }
      WindowGeometry.advance(&position, in: outer)
    }
  }
}
