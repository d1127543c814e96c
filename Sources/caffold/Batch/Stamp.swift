import CaffeIO
import CaffoldKit

/// What outputs were made from, kept beside them: the digest, and the outputs' sizes, so that one that was deleted or cut
/// short is noticed. Behind an empty line stands what is told of the model (`BatchSummary`).
struct Stamp: Equatable {
  private let text: String
  private let summaryText: String

  /// What is told of the model; nil where an earlier version has written the stamp.
  var summary: BatchSummary? { BatchSummary(reading: summaryText) }

  /// Whether both are of the same outputs, made from the same.
  static func == (a: Stamp, b: Stamp) -> Bool { a.text == b.text }

  /// What the stamp of these outputs has to be; nil where one of them is gone.
  init?(digest: UInt64, outputs: [String], summary: String = "") {
    summaryText = summary
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
    let whole = String(decoding: bytes, as: UTF8.self)
    let lines = whole.split(separator: "\n", omittingEmptySubsequences: false)
    let head = lines.prefix { !$0.isEmpty }
    text = head.joined(separator: "\n") + "\n"
    summaryText = lines.dropFirst(head.count).joined(separator: "\n")
  }

  /// Puts the stamp in place.
  func write(to path: String) throws {
    try AtomicFile(path: path, holding: Array((text + "\n" + summaryText).utf8)).publish()
  }
}
