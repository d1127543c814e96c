import Testing

@testable import CaffeIO

/// The digests that FIPS 180-4's examples give, and lengths around the block's.
@Suite struct SHA256Tests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func theStandardsExamples(text: String, digest: String) {
    #expect(SHA256.digest(of: Array(text.utf8)) == digest)
  }

  @Test func aMillionTimesA() {
    #expect(
      SHA256.digest(of: [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func partsOfAnyLengthGiveTheSame() {
    let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 7) }
    for length in [55, 56, 63, 64, 65, 119, 120, 128, 300] {
      let whole = SHA256.digest(of: Array(bytes[..<length]))
      for step in [1, 3, 63, 64, 65] {
        var hash = SHA256()
        for start in stride(from: 0, to: length, by: step) {
          Array(bytes[start..<min(start + step, length)]).withUnsafeBytes { hash.update($0) }
        }
        #expect(hash.finish() == whole)
      }
    }
  }
}
