import CaffeIO

/// The floats or doubles of a tensor that lie in `float_data` or `double_data`: a packed field, or fields of one number
/// each.
struct FixedNumbers: ByteSource {
  /// Numbers at equal distances.
  private struct Run {
    var firstByte: Int
    var offset: Int
    var stride: Int
    var count: Int
  }

  let file: InputFile
  let valueSize: Int
  private var runs: [Run] = []
  private(set) var byteCount = 0

  init(_ file: InputFile, valueSize: Int) {
    self.file = file
    self.valueSize = valueSize
  }

  /// Adds numbers that lie `stride` bytes apart from `offset` on.
  mutating func add(_ count: Int, at offset: Int, stride: Int) {
    guard count > 0 else { return }
    runs.append(Run(firstByte: byteCount, offset: offset, stride: stride, count: count))
    byteCount += count * valueSize
  }

  /// The range of the file where they lie together; nil where they do not.
  var range: Range<Int>? {
    guard runs.count == 1, runs[0].stride == valueSize else { return nil }
    return runs[0].offset..<runs[0].offset + byteCount
  }

  private static let pieceBytes = 1 << 16

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    var done = 0
    var run = runs.partitioningIndex { $0.firstByte > offset } - 1
    while done < buffer.count {
      let part = runs[run]
      let first = (offset + done - part.firstByte) / valueSize
      let count = min(part.count - first, (buffer.count - done) / valueSize)
      let target = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + count * valueSize])
      try read(count, from: part.offset + first * part.stride, stride: part.stride, into: target)
      done += target.count
      run += 1
    }
  }

  private func read(
    _ count: Int, from offset: Int, stride distance: Int, into target: UnsafeMutableRawBufferPointer
  ) throws {
    if distance == valueSize { return try file.read(at: offset, into: target) }
    let most = Self.pieceBytes / distance
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: most * distance, alignment: 16)
    defer { piece.deallocate() }
    for first in stride(from: 0, to: count, by: most) {
      let part = min(most, count - first)
      try file.read(
        at: offset + first * distance,
        into: UnsafeMutableRawBufferPointer(rebasing: piece[..<((part - 1) * distance + valueSize)]))
      for index in 0..<part {
        let number = piece[index * distance..<index * distance + valueSize]
        target[(first + index) * valueSize..<(first + index + 1) * valueSize].copyBytes(from: number)
      }
    }
  }
}

extension Array {
  /// The index of the first element that `isBehind` holds for, by bisection; it must hold for all that follow.
  func partitioningIndex(_ isBehind: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
