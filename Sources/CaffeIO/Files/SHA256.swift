/// SHA-256 as FIPS 180-4 defines it: a digest that tells apart any two files, made on purpose or not.
///
/// Written out here because it is all that is needed of a cryptographic library, and the smallest of those for Swift
/// is larger than this program.
package struct SHA256 {
  private static let roundConstants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
  ]

  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  private var schedule = [UInt32](repeating: 0, count: 64)
  private var byteCount = 0
  /// Less than one block of 64 bytes.
  private var rest: [UInt8] = []

  /// Nothing taken in yet.
  package init() {}

  /// The digest of a text or of any bytes, as 64 lower-case hexadecimal digits.
  package static func digest(of bytes: [UInt8]) -> String {
    var hash = SHA256()
    bytes.withUnsafeBytes { hash.update($0) }
    return hash.finish()
  }

  /// The digest of a file's content, read anew from the open file.
  package static func digest(of file: InputFile) throws(FileError) -> String {
    var hash = SHA256()
    var failure: FileError?
    withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 16) { buffer in
      var offset = 0
      do throws(FileError) {
        while offset < file.byteCount {
          let part = UnsafeMutableRawBufferPointer(
            rebasing: buffer[..<min(buffer.count, file.byteCount - offset)])
          try file.read(at: offset, into: part)
          hash.update(UnsafeRawBufferPointer(part))
          offset += part.count
        }
      } catch { failure = error }
    }
    if let failure { throw failure }
    return hash.finish()
  }

  /// Takes in bytes.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    byteCount += bytes.count
    var bytes = bytes[...]
    if !rest.isEmpty {
      let missing = bytes.prefix(64 - rest.count)
      rest += missing
      bytes = bytes.dropFirst(missing.count)
      guard rest.count == 64 else { return }
      let block = rest
      block.withUnsafeBytes { compress($0) }
      rest.removeAll()
    }
    let whole = bytes.count / 64 * 64
    compress(UnsafeRawBufferPointer(rebasing: bytes.prefix(whole)))
    rest += bytes.dropFirst(whole)
  }

  /// The digest of all that was taken in, as 64 lower-case hexadecimal digits.
  package consuming func finish() -> String {
    let bits = UInt64(byteCount) * 8
    var tail: [UInt8] = [0x80]
    tail += [UInt8](repeating: 0, count: (119 - byteCount % 64) % 64)
    for shift in stride(from: 56, through: 0, by: -8) {
      tail.append(UInt8(truncatingIfNeeded: bits >> shift))
    }
    tail.withUnsafeBytes { update($0) }
    return state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// Section 6.2.2, for whole blocks.
  private mutating func compress(_ blocks: UnsafeRawBufferPointer) {
    schedule.withUnsafeMutableBufferPointer { w in
      state.withUnsafeMutableBufferPointer { state in
        Self.roundConstants.withUnsafeBufferPointer { k in
          for start in stride(from: 0, to: blocks.count, by: 64) {
            for t in 0..<16 {
              w[t] = UInt32(
                bigEndian: blocks.loadUnaligned(fromByteOffset: start + 4 * t, as: UInt32.self))
            }
            for t in 16..<64 {
              let s0 = w[t - 15].rotated(7) ^ w[t - 15].rotated(18) ^ (w[t - 15] >> 3)
              let s1 = w[t - 2].rotated(17) ^ w[t - 2].rotated(19) ^ (w[t - 2] >> 10)
              w[t] = w[t - 16] &+ s0 &+ w[t - 7] &+ s1
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            var (e, f, g, h) = (state[4], state[5], state[6], state[7])
            for t in 0..<64 {
              let s1 = e.rotated(6) ^ e.rotated(11) ^ e.rotated(25)
              let t1 = h &+ s1 &+ ((e & f) ^ (~e & g)) &+ k[t] &+ w[t]
              let s0 = a.rotated(2) ^ a.rotated(13) ^ a.rotated(22)
              let t2 = s0 &+ ((a & b) ^ (a & c) ^ (b & c))
              (h, g, f, e) = (g, f, e, d &+ t1)
              (d, c, b, a) = (c, b, a, t1 &+ t2)
            }
            state[0] &+= a
            state[1] &+= b
            state[2] &+= c
            state[3] &+= d
            state[4] &+= e
            state[5] &+= f
            state[6] &+= g
            state[7] &+= h
          }
        }
      }
    }
  }
}

extension UInt32 {
  /// Rotated right by so many bits.
  fileprivate func rotated(_ count: UInt32) -> UInt32 { self &>> count | self &<< (32 - count) }
}
