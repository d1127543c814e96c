/// What the windows over an image see of it, as ``RowProduct`` multiplies it.
struct InputWindows {
  private let geometry: WindowGeometry
  private let columns: WindowColumns<Double>
  private let plane: Int
  private let taps: Int
  private let windows: Int
  /// By a place of the plane, for each place of the kernel the window that has it there.
  private var meetings: [Int: [Int]] = [:]

  /// Prepares for images of these sizes.
  init(_ geometry: WindowGeometry) {
    self.geometry = geometry
    plane = geometry.input.product
    taps = geometry.tapCount
    windows = geometry.output.product
    columns = WindowColumns(geometry, columns: 0..<windows)
  }

  /// The channels of one image and group.
  mutating func block(_ values: UnsafePointer<Double>, channels: Int) -> RowProduct.Block {
    let all = UnsafeBufferPointer(start: values, count: channels * plane)
    guard let first = all.firstIndex(where: { $0 != 0 }), let last = all.lastIndex(where: { $0 != 0 }) else {
      return RowProduct.Block(range: 0..<0, columns: [], windows: [])
    }
    let used = first / plane..<last / plane + 1
    let place = first % plane
    let range = used.lowerBound * taps..<used.upperBound * taps
    guard taps > 1, place == last % plane, used.allSatisfy({ isZero(values + $0 * plane, but: place) }) else {
      return matrix(values, range)
    }
    var numbers: [Double] = []
    numbers.reserveCapacity(range.count)
    for channel in used {
      numbers.append(contentsOf: repeatElement(values[channel * plane + place], count: taps))
    }
    let meeting = meetings[place] ?? geometry.windows(meeting: place)
    meetings[place] = meeting
    return RowProduct.Block(range: range, columns: numbers, windows: meeting, isImpulse: true)
  }

  private func isZero(_ plane: UnsafePointer<Double>, but place: Int) -> Bool {
    for index in 0..<self.plane where index != place && plane[index] != 0 { return false }
    return true
  }

  /// All windows that are not zero.
  private func matrix(_ values: UnsafePointer<Double>, _ range: Range<Int>) -> RowProduct.Block {
    var block = RowProduct.Block(range: range, columns: [], windows: [])
    var lines = [Double](repeating: 0, count: range.count * windows)
    lines.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      for row in range {
        columns.fill(
          base + (row - range.lowerBound) * windows, channel: values + row / taps * plane, tap: row % taps)
      }
    }
    block.columns.reserveCapacity(lines.count)
    for window in 0..<windows {
      let start = block.columns.count
      for row in 0..<range.count { block.columns.append(lines[row * windows + window]) }
      if block.columns[start...].allSatisfy({ $0 == 0 }) {
        block.columns.removeSubrange(start...)
      } else {
        block.windows.append(window)
      }
    }
    return block
  }
}

extension WindowGeometry {
  /// For each place of the kernel the window that has a place of the input there; −1 where none has.
  fileprivate func windows(meeting place: Int) -> [Int] {
    var position = [Int](repeating: 0, count: input.count)
    var rest = place
    for axis in input.indices.reversed() {
      position[axis] = rest % input[axis]
      rest /= input[axis]
    }
    let offsets = taps
    return (0..<tapCount).map { tap in
      var window = 0
      for axis in input.indices {
        let start = position[axis] + pad[axis] - offsets[tap * input.count + axis]
        guard start >= 0, start % stride[axis] == 0, start / stride[axis] < output[axis] else { return -1 }
        window = window * output[axis] + start / stride[axis]
      }
      return window
    }
  }
}
