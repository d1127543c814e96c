import CaffeIO
import CaffoldKit

/// What outputs were made from, kept beside them: the digest, and the outputs' sizes, so that one that was deleted or cut
/// short is noticed.
struct Stamp: Equatable {
  private let text: String

  /// What the stamp of these outputs has to be; nil where one of them is gone.
  init?(digest: UInt64, outputs: [String]) {
    var lines = ["caffold \(String(digest, radix: 16))"]
    for path in outputs {
      guard let size = Files.size(of: path) else { return nil }
      lines.append("\(size) \(Files.split(path).name)")
    }
    text = lines.joined(separator: "\n") + "\n"
  }

  /// What a stamp says; nil when there is none.
  init?(readFrom path: String) {
    guard let bytes = try? Files.read(path) else { return nil }
    text = String(decoding: bytes, as: UTF8.self)
  }

  /// Puts the stamp in place.
  func write(to path: String) throws {
    let file = try AtomicFile(path: path, mayReplace: true)
    try file.write(Array(text.utf8))
    try file.publish()
  }
}
