import Diagnostics
import Testing

@testable import CaffoldKit

/// File names for layers and blobs.
@Suite struct FileNamesTests {
  @Test(arguments: [
    ("conv1", "conv1"), ("conv1/bn", "conv1%2Fbn"), ("..", "%2E."), ("", "%"), ("a b", "a%20b"),
    ("100%", "100%25"), ("a~b", "a%7Eb"), ("é畳", "é畳"), ("x\u{0}\n", "x%00%0A"), ("C:\\x", "C%3A%5Cx"),
  ])
  func names(name: String, expected: String) { #expect(FileNames.escaped(Name(name)) == expected) }

  @Test func bytesThatAreNoText() {
    #expect(FileNames.escaped(Name(bytes: [0xBE, 0xED, 0x61])) == "%BE%EDa")
  }

  /// Long names stay within what file systems take, and apart.
  @Test func longNames() {
    let names = ["x", "y"].map { FileNames.escaped(Name(String(repeating: "é/", count: 400) + $0)) }
    #expect(names[0] != names[1])
    for name in names { #expect(name.utf8.count <= 200 && !name.contains("/")) }
  }

  /// Different names of few bytes, all of them, get different file names.
  @Test func differentNamesStayApart() {
    let bytes: [UInt8] = [0x2E, 0x2F, 0x25, 0x32, 0x46, 0x61, 0x7E, 0xC3, 0xA9, 0x00]
    var seen: [String: [UInt8]] = [:]
    for a in bytes {
      for b in bytes {
        for c in bytes {
          let name = [a, b, c]
          let escaped = FileNames.escaped(Name(bytes: name))
          #expect(seen.updateValue(name, forKey: escaped) == nil, "\(escaped)")
          #expect(!escaped.contains("/") && escaped.first != ".")
        }
      }
    }
  }
}
