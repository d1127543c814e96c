import CaffeIO
import Diagnostics

/// Writes arrays into a `.npz` file, one after the other, without compression.
struct NpzWriter {
  private let file: AtomicFile
  private var directory: [UInt8] = []
  private var offset = 0
  private var count = 0

  /// Begins a file; it has no name before `publish`.
  init(path: String, mayReplace: Bool = true) throws(FileError) {
    file = try AtomicFile(path: path, mayReplace: mayReplace)
  }

  /// Adds an array under a name.
  ///
  /// - Parameter bytes: the whole `.npy` file.
  /// - Throws: `FileError`, and `DumpError` for a file that gets too large for the format.
  mutating func add(_ name: String, _ bytes: [UInt8]) throws {
    let name = Array((name + ".npy").utf8)
    guard offset + bytes.count + name.count + 30 + directory.count + 100 < 0xFFFF_FFFF, count < 0xFFFE,
      name.count < 0xFFFF
    else { throw DumpError.tooLarge(path: file.path) }
    let check = CRC32.of(bytes)
    // Version 2.0, names in UTF-8, stored, the first day that the format knows.
    let common =
      Self.number(20, 2) + Self.number(0x0800, 2) + Self.number(0, 2) + Self.number(0, 2)
      + Self.number(0x21, 2) + Self.number(Int(check), 4) + Self.number(bytes.count, 4)
      + Self.number(bytes.count, 4) + Self.number(name.count, 2) + Self.number(0, 2)
    directory += Self.number(0x0201_4B50, 4) + Self.number(20, 2) + common + Self.number(0, 2)
    directory += Self.number(0, 2) + Self.number(0, 2) + Self.number(0, 4) + Self.number(offset, 4) + name
    try write(Self.number(0x0403_4B50, 4) + common + name)
    try write(bytes)
    count += 1
  }

  /// Completes the file and gives it its name.
  mutating func publish() throws(FileError) {
    let start = offset
    try write(directory)
    try write(
      Self.number(0x0605_4B50, 4) + Self.number(0, 4) + Self.number(count, 2) + Self.number(count, 2)
        + Self.number(directory.count, 4) + Self.number(start, 4) + Self.number(0, 2))
    try file.publish()
  }

  private mutating func write(_ bytes: [UInt8]) throws(FileError) {
    let (file, offset) = (file, offset)
    let result: Result<Void, FileError> = bytes.withUnsafeBytes { buffer in
      Result { () throws(FileError) in try file.write(buffer, at: offset) }
    }
    try result.get()
    self.offset += bytes.count
  }

  private static func number(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

/// The checksum of zip archives.
enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
  }

  static func of(_ bytes: [UInt8]) -> UInt32 {
    let table = table
    return ~bytes.reduce(~UInt32(0)) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
  }
}
