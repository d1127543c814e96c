import CaffeIO
import Verification

/// A file of arrays in NumPy's `.npz` format: a zip archive of `.npy` files, each read when it is asked for.
package struct NpzFile {
  /// A member, by what the archive's directory says of it.
  private struct Member {
    var offset: Int
    var packed: Int
    var size: Int
    var isDeflated: Bool
  }

  private let file: InputFile
  private var members: [String: Member] = [:]
  /// The names of the arrays, without `.npy`, in the order of the archive.
  package private(set) var names: [String] = []

  /// The most bytes that one array may take.
  static let limit = FileLimits.text
  /// The most bytes of a directory.
  static let directoryLimit = 1 << 26

  /// Whether a file begins as a zip archive does.
  static func isOne(_ path: String) throws(FileError) -> Bool {
    let file = try InputFile(path: path)
    guard file.byteCount >= 4 else { return false }
    return try bytes(of: file, 0..<4) == Array("PK\u{3}\u{4}".utf8)
  }

  /// Reads the archive's directory.
  ///
  /// - Throws: `FileError`, and `InputValuesError` for a file that is no such archive.
  init(path: String) throws { try self.init(InputFile(path: path)) }

  /// The same for a file that is open.
  package init(_ file: InputFile) throws {
    self.file = file
    let tailStart = max(0, file.byteCount - 65_557)
    let tail = try Self.bytes(of: file, tailStart..<file.byteCount)
    guard let end = Self.last([0x50, 0x4B, 5, 6], in: tail), end + 22 <= tail.count else {
      throw error("is no .npz file: it has no zip directory")
    }
    let count = Self.number(tail, end + 10, 2)
    let length = Self.number(tail, end + 12, 4)
    let start = Self.number(tail, end + 16, 4)
    guard count != 0xFFFF, start != 0xFFFF_FFFF else {
      throw error("is a zip archive of more than 4 GiB; give a folder of .npy files")
    }
    guard length <= Self.directoryLimit, start + length <= tailStart + end else {
      throw error("has a damaged zip directory")
    }
    try read(directory: try Self.bytes(of: file, start..<start + length), count: count)
  }

  private mutating func read(directory: [UInt8], count: Int) throws {
    var place = 0
    for _ in 0..<count {
      guard place + 46 <= directory.count, Self.number(directory, place, 4) == 0x0201_4B50 else {
        throw error("has a damaged zip directory")
      }
      let (nameLength, extraLength, commentLength) = (
        Self.number(directory, place + 28, 2), Self.number(directory, place + 30, 2),
        Self.number(directory, place + 32, 2)
      )
      let next = place + 46 + nameLength + extraLength + commentLength
      guard next <= directory.count else { throw error("has a damaged zip directory") }
      let name = String(decoding: directory[(place + 46)..<(place + 46 + nameLength)], as: UTF8.self)
      let method = Self.number(directory, place + 10, 2)
      guard method == 0 || method == 8, Self.number(directory, place + 8, 2) & 1 == 0 else {
        throw error("holds '\(name)' in a compression that cannot be read; save it with numpy.savez")
      }
      let member = Member(
        offset: Self.number(directory, place + 42, 4), packed: Self.number(directory, place + 20, 4),
        size: Self.number(directory, place + 24, 4), isDeflated: method == 8)
      let array = name.hasSuffix(".npy") ? String(name.dropLast(4)) : name
      if members.updateValue(member, forKey: array) == nil { names.append(array) }
      place = next
    }
  }

  /// An array.
  ///
  /// - Throws: `InputValuesError` for a member that is damaged or no array.
  package func values(_ name: String) throws -> InputValues? {
    guard let member = members[name] else { return nil }
    let path = "\(file.path): \(name)"
    let damaged = InputValuesError(path: path, problem: "is damaged")
    guard member.size <= Self.limit, member.packed <= Self.limit else {
      let size = max(member.size, member.packed)
      throw InputValuesError(path: path, problem: "has \(size) bytes; the limit is \(Self.limit)")
    }
    guard member.offset + 30 <= file.byteCount else {
      throw damaged
    }
    let head = try Self.bytes(of: file, member.offset..<member.offset + 30)
    guard Self.number(head, 0, 4) == 0x0403_4B50 else { throw damaged }
    let start = member.offset + 30 + Self.number(head, 26, 2) + Self.number(head, 28, 2)
    guard start + member.packed <= file.byteCount else { throw damaged }
    let packed = try Self.bytes(of: file, start..<start + member.packed)
    guard member.isDeflated else {
      guard member.packed == member.size else { throw damaged }
      return try InputValues(packed, path: path)
    }
    do {
      return try InputValues(try Inflate.bytes(packed, size: member.size), path: path)
    } catch is Inflate.Corrupt {
      throw damaged
    }
  }

  private func error(_ problem: String) -> InputValuesError {
    InputValuesError(path: file.path, problem: problem)
  }

  // MARK: Bytes

  private static func bytes(of file: InputFile, _ range: Range<Int>) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    var failure: FileError?
    bytes.withUnsafeMutableBytes { buffer in
      do throws(FileError) { try file.read(at: range.lowerBound, into: buffer) } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }

  /// A number of so many bytes, the lowest first.
  private static func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> Int {
    (0..<count).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
  }

  private static func last(_ mark: [UInt8], in bytes: [UInt8]) -> Int? {
    guard bytes.count >= mark.count else { return nil }
    return (0...bytes.count - mark.count).last { bytes[$0..<$0 + mark.count].elementsEqual(mark) }
  }
}
