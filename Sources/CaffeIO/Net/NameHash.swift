/// A hash of a few short runs of bytes, eight at a time.
///
/// Tables of a million names spend most of their time on hashing with the standard library's, which is made to withstand
/// those who know its seed. This one has a seed of its own in each process, so that no file can be made to slow it down.
struct NameHash {
  /// What hashes of this process begin with. Who makes many keeps it: a global value is guarded at each look.
  static let seed = UInt64.random(in: .min ... .max)

  private(set) var value: UInt64

  init(seed: UInt64) { value = seed }

  /// Adds one run; runs that are cut elsewhere give another hash.
  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var offset = 0
    while offset + 8 <= bytes.count {
      mix(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset += 8
    }
    var rest = UInt64(truncatingIfNeeded: bytes.count)
    while offset < bytes.count {
      rest = rest << 8 | UInt64(bytes[offset])
      offset += 1
    }
    mix(rest)
  }

  private mutating func mix(_ word: UInt64) {
    // Both halves of a product of 128 bits, as wyhash and its kin do.
    let product = (value ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    value = (product.high ^ product.low) &+ word
  }
}
