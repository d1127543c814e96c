import Diagnostics
import Glibc

/// The two streams: data on standard output, words for people on standard error.
enum Console {
  /// Prints an error, a warning or a note.
  static func error(_ diagnostic: Diagnostic) { log(diagnostic.text + "\n") }

  /// Prints text for people.
  static func log(_ text: String) { write(text, to: STDERR_FILENO) }

  /// Prints data.
  static func output(_ text: String) { write(text, to: STDOUT_FILENO) }

  /// Whether somebody is watching standard error.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  private static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard written > 0 else {
        // A closed pipe is the reader's choice (`| head`), nothing to report.
        guard descriptor == STDOUT_FILENO, errno != EPIPE else { return }
        let reason = String(cString: strerror(errno))
        log(
          Diagnostic(.error, at: .none, "the report cannot be written to standard output: \(reason)").text
            + "\n")
        exit(2)
      }
      bytes = bytes.dropFirst(written)
    }
  }
}

/// A line on the terminal that says how far long work has come; nothing where nobody watches.
final class Progress {
  private let label: String
  private let start: UInt64
  private var lastPercent = -1

  init(label: String) {
    self.label = label
    start = Progress.now()
  }

  /// Redraws the line if the percentage has changed and the work has taken noticeably long.
  func update(_ done: Int, of total: Int) {
    guard total > 0, Console.isTerminal, Progress.now() - start > 300_000_000 else { return }
    let percent = min(100, done * 100 / total)
    guard percent != lastPercent else { return }
    lastPercent = percent
    Console.log("\r\(label) … \(percent) %\u{1B}[K")
  }

  /// Takes the line away.
  func finish() {
    if lastPercent >= 0 { Console.log("\r\u{1B}[K") }
  }

  private static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
