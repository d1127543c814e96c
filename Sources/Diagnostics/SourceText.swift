import Locks

/// A text the user wrote, kept to point into it: the path as given and the bytes.
public struct SourceText: Sendable {
  /// The path as the user wrote it; what messages begin with.
  public let path: String
  /// The bytes as read, byte-order mark and line ends included.
  public let bytes: [UInt8]
  private let lines = LineStarts()

  /// Wraps `bytes` read from `path`.
  public init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  /// The place of a byte offset (0-based; past the end counts as the end).
  ///
  /// Lines end at LF, CR LF or a lone CR. Columns count Unicode scalars from 1; a byte-order mark
  /// counts as nothing. The first call costs a pass over the text, later ones a few thousand bytes, however long the line is.
  public func place(at offset: Int) -> SourcePlace {
    let end = min(max(offset, 0), bytes.count)
    let (line, lineStart) = lines.line(at: end, in: bytes)
    let column = 1 + lines.scalars(in: lineStart..<max(lineStart, end), of: bytes)
    // A text may be one line of megabytes, and have thousands of errors. The line may end right before: between CR and LF.
    let searched = max(lineStart, end - 1)..<max(lineStart, min(bytes.count, end + Self.shownBytes))
    let lineEnd = bytes[searched].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
    let shownStart = boundary(max(lineStart, end - Self.shownBytes))
    let shownEnd = boundary(min(max(lineStart, lineEnd), end + Self.shownBytes))
    let shown = bytes[min(shownStart, shownEnd)..<shownEnd]
    return SourcePlace(
      path: path, line: line, column: column, lineText: String(decoding: shown, as: UTF8.self),
      hiddenColumns: lines.scalars(in: lineStart..<max(lineStart, shownStart), of: bytes))
  }

  /// The byte offset of a place of this text.
  public func offset(of place: SourcePlace) -> Int {
    lines.offset(
      ofScalar: max(1, place.column) - 1, from: lines.start(ofLine: place.line, in: bytes), in: bytes)
  }

  /// How much of a line a place keeps on each side of its column, in bytes.
  private static let shownBytes = 1024

  /// The offset, or that of the next byte that begins a scalar.
  private func boundary(_ offset: Int) -> Int {
    var offset = offset
    while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
    return offset
  }
}

/// Where the lines of a text begin, found when somebody asks for the first time: most texts are never pointed into, and
/// a rule file with a thousand rules is pointed into thousands of times.
private final class LineStarts: Sendable {
  private let starts = Guarded<[Int]?>(nil)
  /// How many scalars begin before each block of bytes.
  private let counts = Guarded<[Int]?>(nil)
  private static let block = 4096

  /// The number of the line that holds an offset, from 1, and where it begins.
  func line(at offset: Int, in bytes: [UInt8]) -> (number: Int, start: Int) {
    starts.withLock { known in
      let starts = known ?? Self.find(in: bytes)
      known = starts
      // The last line that begins at the offset or before it.
      var low = 0
      var high = starts.count
      while high - low > 1 {
        let middle = (low + high) / 2
        if starts[middle] <= offset { low = middle } else { high = middle }
      }
      return (low + 1, starts[low])
    }
  }

  /// Where a line begins; the end of the text for one that it does not have.
  func start(ofLine number: Int, in bytes: [UInt8]) -> Int {
    starts.withLock { known in
      let starts = known ?? Self.find(in: bytes)
      known = starts
      return starts.indices.contains(number - 1) ? starts[number - 1] : bytes.count
    }
  }

  /// How many Unicode scalars begin in a range of bytes.
  func scalars(in range: Range<Int>, of bytes: [UInt8]) -> Int {
    guard range.count > 2 * Self.block else { return Self.scalars(range, bytes) }
    let sums = blockCounts(of: bytes)
    func before(_ offset: Int) -> Int {
      sums[offset / Self.block] + Self.scalars(offset / Self.block * Self.block..<offset, bytes)
    }
    return before(range.upperBound) - before(range.lowerBound)
  }

  /// Where a scalar begins that so many scalars are before, from a place that begins one; the end of the text at most.
  func offset(ofScalar number: Int, from start: Int, in bytes: [UInt8]) -> Int {
    var (offset, left) = (start, number)
    if number > 2 * Self.block {
      let sums = blockCounts(of: bytes)
      // From the last block that begins at the scalar or before it.
      let wanted = scalars(in: 0..<start, of: bytes) + number
      var (low, high) = (start / Self.block, sums.count)
      while high - low > 1 {
        let middle = (low + high) / 2
        if sums[middle] <= wanted { low = middle } else { high = middle }
      }
      if low * Self.block > start { (offset, left) = (low * Self.block, wanted - sums[low]) }
    }
    // The bytes of a scalar that began before are passed over, and then scalar by scalar.
    while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
    for _ in 0..<left where offset < bytes.count {
      offset += 1
      while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
    }
    return min(offset, bytes.count)
  }

  /// How many Unicode scalars begin in a range: continuation bytes (10xxxxxx) do not begin one.
  private static func scalars(_ range: Range<Int>, _ bytes: [UInt8]) -> Int {
    bytes[range].count { $0 & 0xC0 != 0x80 }
  }

  /// How many scalars begin before each block, and before the end.
  private func blockCounts(of bytes: [UInt8]) -> [Int] {
    counts.withLock { known in
      if let known { return known }
      var sums = [0]
      for start in stride(from: 0, to: bytes.count, by: Self.block) {
        sums.append(sums[sums.count - 1] + Self.scalars(start..<min(start + Self.block, bytes.count), bytes))
      }
      known = sums
      return sums
    }
  }

  private static func find(in bytes: [UInt8]) -> [Int] {
    var starts = [bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0]
    for index in starts[0]..<bytes.count {
      let byte = bytes[index]
      if byte == 0x0A || (byte == 0x0D && !(index + 1 < bytes.count && bytes[index + 1] == 0x0A)) {
        starts.append(index + 1)
      }
    }
    return starts
  }
}
