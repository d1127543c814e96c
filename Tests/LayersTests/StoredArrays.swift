import Foundation

/// The arrays of an uncompressed `.npz` file: a zip of `.npy` files, as `numpy.savez` writes it.
struct StoredArrays {
  /// Shape and numbers by name.
  private(set) var arrays: [String: (shape: [Int], numbers: [Double])] = [:]

  struct Unreadable: Error { let what: String }

  init(_ data: Data) throws {
    let bytes = [UInt8](data)
    func number(_ offset: Int, _ count: Int) throws -> Int {
      guard offset >= 0, offset + count <= bytes.count else { throw Unreadable(what: "it ends early") }
      return (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }
    // The end of the central directory, which has no comment behind it.
    let end = bytes.count - 22
    guard end >= 0, try number(end, 4) == 0x0605_4b50 else { throw Unreadable(what: "it is no zip file") }
    var entry = try number(end + 16, 4)
    for _ in 0..<(try number(end + 10, 2)) {
      guard try number(entry, 4) == 0x0201_4b50, try number(entry + 10, 2) == 0 else {
        throw Unreadable(what: "an entry is compressed")
      }
      let (size, nameLength) = (try number(entry + 24, 4), try number(entry + 28, 2))
      let local = try number(entry + 42, 4)
      let start = local + 30 + (try number(local + 26, 2)) + (try number(local + 28, 2))
      guard start + size <= bytes.count else { throw Unreadable(what: "an entry ends early") }
      let name = String(decoding: bytes[entry + 46..<entry + 46 + nameLength], as: UTF8.self)
      arrays[name.replacing(".npy", with: "")] = try Self.array(bytes[start..<start + size])
      entry += 46 + nameLength + (try number(entry + 30, 2)) + (try number(entry + 32, 2))
    }
  }

  /// Reads one `.npy` file of version 1.0 with little-endian single precision in C order.
  private static func array(_ bytes: ArraySlice<UInt8>) throws -> (shape: [Int], numbers: [Double]) {
    let first = bytes.startIndex
    guard bytes.count > 10, bytes[first + 6] == 1 else { throw Unreadable(what: "no .npy of version 1") }
    let body = first + 10 + Int(bytes[first + 8]) + Int(bytes[first + 9]) << 8
    let header = String(decoding: bytes[first + 10..<body], as: UTF8.self)
    guard header.contains("'<f4'"), header.contains("'fortran_order': False"),
      let open = header.firstIndex(of: "("), let close = header[open...].firstIndex(of: ")")
    else { throw Unreadable(what: "expected '<f4' in C order, found \(header)") }
    let shape = header[header.index(after: open)..<close].split(separator: ",").compactMap {
      Int($0.trimmingCharacters(in: .whitespaces))
    }
    let numbers = bytes[body...].withUnsafeBytes { raw in
      (0..<raw.count / 4).map { Double(raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)) }
    }
    guard numbers.count == shape.reduce(1, *) else { throw Unreadable(what: "the shape is wrong") }
    return (shape, numbers)
  }
}
