/// Walks the fields of a message in a file, reading no more than the bytes it looks at.
///
/// A window of the file is in memory. A field that is skipped is never read, so that the index of a
/// file costs what its small fields cost; groups are skipped without recursion.
package struct WireCursor: ~Copyable {
  /// Where the next byte is read.
  package var position = 0
  /// What error messages are about.
  package var subject = WireSubject.net

  /// The file.
  package let file: InputFile
  private let limits: WireLimits
  private let window: UnsafeMutableRawBufferPointer
  private var windowRange = 0..<0

  private static let windowSize = 65536
  /// After a jump only a page is read: most jumps land between two large blobs.
  private static let jumpSize = 4096

  /// A cursor at the begin of a file.
  package init(_ file: InputFile, limits: WireLimits) {
    self.file = file
    self.limits = limits
    window = .allocate(byteCount: Self.windowSize, alignment: 64)
  }

  deinit { window.deallocate() }

  /// An error about the subject.
  package func fail(_ problem: WireFormatError.Problem, at offset: Int) -> WireFormatError {
    WireFormatError(path: file.path, offset: offset, subject: subject, problem)
  }

  /// The next field of a message that ends at `end`, or nil at its end; leaves the position behind it.
  package mutating func nextField(before end: Int) throws -> WireField? {
    guard position < end else { return nil }
    let field = try header(before: end)
    switch field.type {
    case .groupStart: return try wholeGroup(field, before: end)
    case .groupEnd:
      throw fail(.unexpectedGroupEnd(field: field.number, open: nil), at: field.range.lowerBound)
    case .varint, .fixed64, .bytes, .fixed32: return field
    }
  }

  /// As `nextField`, but a group's begin and end are fields of their own.
  private mutating func header(before end: Int) throws -> WireField {
    let start = position
    let tag = try varint(before: end)
    let number = tag >> 3
    guard number > 0, number < 1 << 29 else { throw fail(.badFieldNumber(number), at: start) }
    guard let type = WireType(rawValue: UInt8(tag & 7)) else {
      throw fail(.badWireType(field: Int(number), type: Int(tag & 7)), at: start)
    }
    var bodyStart = position
    var number64: UInt64 = 0
    switch type {
    case .varint: number64 = try varint(before: end)
    case .fixed64: try advance(8, field: Int(number), from: start, before: end)
    case .fixed32: try advance(4, field: Int(number), from: start, before: end)
    case .bytes:
      let length = try varint(before: end)
      bodyStart = position
      try advance(length, field: Int(number), from: start, before: end)
    case .groupStart, .groupEnd: break
    }
    return WireField(
      number: Int(number), type: type, range: start..<position, body: bodyStart..<position,
      number64: number64)
  }

  private mutating func advance(_ count: UInt64, field: Int, from start: Int, before end: Int) throws {
    guard count <= UInt64(end - position) else {
      throw fail(.overrun(field: field, declared: count, remaining: end - position), at: start)
    }
    position += Int(count)
  }

  private mutating func wholeGroup(_ outer: WireField, before end: Int) throws -> WireField {
    var open = [outer.number]
    var bodyEnd = position
    while let innermost = open.last {
      guard position < end else { throw fail(.unclosedGroup(field: innermost), at: outer.range.lowerBound) }
      bodyEnd = position
      let field = try header(before: end)
      if field.type == .groupStart {
        guard open.count < limits.groupDepth else {
          throw fail(.deepGroups(limit: limits.groupDepth), at: field.range.lowerBound)
        }
        open.append(field.number)
      } else if field.type == .groupEnd {
        guard field.number == innermost else {
          throw fail(
            .unexpectedGroupEnd(field: field.number, open: innermost), at: field.range.lowerBound)
        }
        open.removeLast()
      }
    }
    var field = outer
    field.range = outer.range.lowerBound..<position
    field.body = outer.body.lowerBound..<bodyEnd
    return field
  }

  /// A base-128 number; ten bytes at most.
  package mutating func varint(before end: Int) throws -> UInt64 {
    let start = position
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      guard position < end else { throw fail(.cutNumber, at: start) }
      let byte = try self.byte()
      position += 1
      // The tenth byte has room for one bit.
      if shift == 63, byte > 1 { throw fail(.longNumber, at: start) }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
  }

  /// Counts how many fields with the one-byte tag `tag` and `size` bytes follow each other here.
  package mutating func countRun(tag: UInt8, size: Int, before end: Int) throws -> Int {
    var count = 0
    while end - position > size, try byte() == tag {
      let last = min(windowRange.upperBound, end - size)
      var next = position
      while next < last, window[next - windowRange.lowerBound] == tag {
        next += size + 1
        count += 1
      }
      position = next
    }
    return count
  }

  /// The bytes of a range, which must lie in the file and be short.
  package mutating func bytes(_ range: Range<Int>) throws -> [UInt8] {
    if range.isEmpty { return [] }
    if windowRange.lowerBound <= range.lowerBound, range.upperBound <= windowRange.upperBound {
      return Array(
        window[range.lowerBound - windowRange.lowerBound..<range.upperBound - windowRange.lowerBound])
    }
    let file = self.file
    return try Array(unsafeUninitializedCapacity: range.count) { buffer, count in
      let raw = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<range.count]))
      try file.read(at: range.lowerBound, into: raw)
      count = range.count
    }
  }

  /// The byte at the position, which must lie before the end of the file.
  @inline(__always)
  private mutating func byte() throws -> UInt8 {
    if !windowRange.contains(position) { try refill() }
    return window[position - windowRange.lowerBound]
  }

  @inline(never)
  private mutating func refill() throws {
    let size = position == windowRange.upperBound ? Self.windowSize : Self.jumpSize
    windowRange = 0..<0
    let got = try file.readUpTo(min(size, file.byteCount - position), at: position, into: window)
    guard got > 0 else {
      throw FileError(path: file.path, .endedEarly(offset: position, expected: file.byteCount))
    }
    windowRange = position..<position + got
  }
}
