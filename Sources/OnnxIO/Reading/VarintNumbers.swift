import CaffeIO

/// The numbers of a tensor that lie in `int32_data`, `int64_data` or `uint64_data`: base-128, of any length each, in
/// packed fields or fields of one number each.
///
/// Every so often the place of a number is noted, from which those that follow can be read.
struct VarintNumbers: ByteSource {
  private struct Mark {
    var entry: Int
    var offset: Int
    /// Whether a tag stands before each number.
    var isTagged: Bool
  }

  let file: InputFile
  /// The tensor, for messages.
  var place: OnnxPlace
  /// How many bits of a number the tensor takes, and how many numbers make how many of its bytes.
  private var bits = 64
  private var group = 1
  private(set) var valueSize = 8
  private(set) var byteCount = 0

  /// How many numbers there are.
  private(set) var count = 0
  /// The smallest number; 0 if all are above.
  private(set) var smallest: Int64 = 0
  /// The largest number; 0 if all are below.
  private(set) var largest: UInt64 = 0

  private var marks: [Mark] = []
  /// Where the last run ends, and how many numbers it has since its last mark.
  private var end = 0
  private var sinceMark = 0

  private static let markDistance = 1024

  init(_ file: InputFile, place: OnnxPlace) {
    self.file = file
    self.place = place
  }

  /// Adds a number that lies in a range of the file; a tag is part of the range. Returns whether it begins a new run.
  mutating func add(_ number: UInt64, isSigned: Bool, in range: Range<Int>, isTagged: Bool) -> Bool {
    if isSigned, Int64(bitPattern: number) < 0 {
      smallest = min(smallest, Int64(bitPattern: number))
    } else {
      largest = max(largest, number)
    }
    let isNew = marks.last?.isTagged != isTagged || end != range.lowerBound
    if isNew || sinceMark == Self.markDistance {
      marks.append(Mark(entry: count, offset: range.lowerBound, isTagged: isTagged))
      sinceMark = 0
    }
    sinceMark += 1
    count += 1
    end = range.upperBound
    return isNew
  }

  /// How many bytes of a tensor the numbers make, where each is `bits` wide.
  mutating func take(bits: Int) {
    self.bits = bits
    // Six bits: four numbers to three bytes. Four and two bits: a number is a whole byte already.
    (group, valueSize) = bits == 6 ? (4, 3) : (1, max(1, bits / 8))
    byteCount = bits == 6 ? (count * 6 + 7) / 8 : count * valueSize
  }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    guard !buffer.isEmpty else { return }
    let first = offset / valueSize * group
    let last = min(count, (offset + buffer.count + valueSize - 1) / valueSize * group)
    if group > 1 { buffer.initializeMemory(as: UInt8.self, repeating: 0) }
    var cursor = WireCursor(file, limits: WireLimits())
    cursor.subject = .named(place.phrase)
    var mark = marks.partitioningIndex { $0.entry > first } - 1
    var entry = marks[mark].entry
    while entry < last {
      let run = marks[mark]
      if cursor.position != run.offset { cursor.position = run.offset }
      mark += 1
      let stop = min(last, mark < marks.count ? marks[mark].entry : count)
      while entry < stop {
        if run.isTagged { _ = try cursor.varint(before: file.byteCount) }
        let number = try cursor.varint(before: file.byteCount)
        if entry >= first { store(number, entry - first, buffer) }
        entry += 1
      }
    }
  }

  private func store(_ number: UInt64, _ index: Int, _ buffer: UnsafeMutableRawBufferPointer) {
    switch bits {
    case 16:
      buffer.storeBytes(
        of: UInt16(truncatingIfNeeded: number).littleEndian, toByteOffset: index * 2, as: UInt16.self)
    case 32:
      buffer.storeBytes(
        of: UInt32(truncatingIfNeeded: number).littleEndian, toByteOffset: index * 4, as: UInt32.self)
    case 64: buffer.storeBytes(of: number.littleEndian, toByteOffset: index * 8, as: UInt64.self)
    case 6:
      let (byte, shift) = (index * 6).quotientAndRemainder(dividingBy: 8)
      let value = UInt16(truncatingIfNeeded: number & 0x3F) << UInt16(shift)
      buffer[byte] |= UInt8(truncatingIfNeeded: value)
      if byte + 1 < buffer.count { buffer[byte + 1] |= UInt8(truncatingIfNeeded: value >> 8) }
    default: buffer[index] = UInt8(truncatingIfNeeded: number)
    }
  }
}
