import CaffoldKit
import Diagnostics

/// Prints lines of a unified diff: bytes for `patch`, colours for people.
enum DiffPrinter {
  static func print(_ lines: [UnifiedDiff.Line]) {
    guard Console.outputHasColours else {
      return Console.output(lines.flatMap { $0.bytes + [0x0A] })
    }
    for line in lines {
      let text = String(decoding: line.bytes, as: UTF8.self).visible(keepsLines: true)
      Console.output(colour(line.kind).map { "\u{1B}[\($0)m\(text)\u{1B}[0m\n" } ?? text + "\n")
    }
  }

  /// The number of the colour, as git has them.
  private static func colour(_ kind: UnifiedDiff.Line.Kind) -> Int? {
    switch kind {
    case .head: 1
    case .place: 36
    case .removed: 31
    case .added: 32
    case .context: nil
    }
  }
}
