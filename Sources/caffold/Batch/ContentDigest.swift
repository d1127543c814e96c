import CaffeIO

/// A number that changes when content does: XXH64 as published by Yann Collet, for noticing changes, not for
/// security. It reads gigabytes in a second, so that finding nothing to do costs no more than reading.
struct ContentDigest {
  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

  private var lanes: (UInt64, UInt64, UInt64, UInt64) = (
    prime1 &+ prime2, prime2, 0, 0 &- prime1
  )
  private var byteCount = 0
  /// Less than one stripe of 32 bytes.
  private var rest: [UInt8] = []

  /// Takes in the content of a file.
  mutating func add(_ file: InputFile) throws(FileError) {
    var failure: FileError?
    withUnsafeTemporaryAllocation(byteCount: 1 << 20, alignment: 16) { buffer in
      var offset = 0
      do throws(FileError) {
        while offset < file.byteCount {
          let count = try file.readUpTo(min(buffer.count, file.byteCount - offset), at: offset, into: buffer)
          guard count > 0 else { return }
          add(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
          offset += count
        }
      } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Takes in a text and its length, so that texts do not run into each other.
  mutating func add(_ text: String) {
    for part in [text, "\0\(text.utf8.count)\0"] { Array(part.utf8).withUnsafeBytes { add($0) } }
  }

  /// Takes in bytes.
  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    byteCount += bytes.count
    var bytes = bytes[...]
    if !rest.isEmpty {
      let missing = min(32 - rest.count, bytes.count)
      rest += bytes.prefix(missing)
      bytes = bytes.dropFirst(missing)
      guard rest.count == 32 else { return }
      rest.withUnsafeBytes { mix($0, from: 0) }
      rest.removeAll()
    }
    let whole = UnsafeRawBufferPointer(rebasing: bytes)
    var position = 0
    while position + 32 <= whole.count {
      mix(whole, from: position)
      position += 32
    }
    rest += whole[position...]
  }

  /// The digest of all that was taken in.
  var value: UInt64 {
    var hash: UInt64
    if byteCount >= 32 {
      hash =
        Self.rotate(lanes.0, 1) &+ Self.rotate(lanes.1, 7) &+ Self.rotate(lanes.2, 12)
        &+ Self.rotate(lanes.3, 18)
      for lane in [lanes.0, lanes.1, lanes.2, lanes.3] {
        hash = (hash ^ Self.round(0, lane)) &* Self.prime1 &+ Self.prime4
      }
    } else {
      hash = Self.prime5
    }
    hash &+= UInt64(byteCount)
    return rest.withUnsafeBytes { Self.finish(hash, $0) }
  }

  private static func finish(_ start: UInt64, _ rest: UnsafeRawBufferPointer) -> UInt64 {
    var hash = start
    var position = 0
    while position + 8 <= rest.count {
      let word = UInt64(littleEndian: rest.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      hash = rotate(hash ^ round(0, word), 27) &* prime1 &+ prime4
      position += 8
    }
    if position + 4 <= rest.count {
      let word = UInt32(littleEndian: rest.loadUnaligned(fromByteOffset: position, as: UInt32.self))
      hash = rotate(hash ^ UInt64(word) &* prime1, 23) &* prime2 &+ prime3
      position += 4
    }
    for byte in rest[position...] { hash = rotate(hash ^ UInt64(byte) &* prime5, 11) &* prime1 }
    hash = (hash ^ hash >> 33) &* prime2
    hash = (hash ^ hash >> 29) &* prime3
    return hash ^ hash >> 32
  }

  private mutating func mix(_ bytes: UnsafeRawBufferPointer, from position: Int) {
    func word(_ index: Int) -> UInt64 {
      UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position + 8 * index, as: UInt64.self))
    }
    lanes.0 = Self.round(lanes.0, word(0))
    lanes.1 = Self.round(lanes.1, word(1))
    lanes.2 = Self.round(lanes.2, word(2))
    lanes.3 = Self.round(lanes.3, word(3))
  }

  private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    rotate(lane &+ word &* prime2, 31) &* prime1
  }

  private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
    value << count | value >> (64 - count)
  }
}
