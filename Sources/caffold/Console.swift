import CaffoldKit
import Diagnostics
import Glibc

/// The two streams: data on standard output, words for people on standard error.
enum Console {
  /// Prints an error, a warning or a note.
  static func error(_ diagnostic: Diagnostic) { log(diagnostic.text + "\n") }

  /// Prints text for people. A name in a file may hold anything, and shall not command the terminal.
  static func log(_ text: String) {
    write(text.visible(keepsLines: true), to: STDERR_FILENO)
  }

  /// Redraws the line that the cursor is on.
  static func redraw(_ line: String) { write("\r\(line)\u{1B}[K", to: STDERR_FILENO) }

  /// Clears the line that the cursor is on; does nothing where standard error is no terminal.
  static func clearLine() { if isTerminal { redraw("") } }

  /// Prints data.
  static func output(_ text: String) { write(text, to: STDOUT_FILENO) }

  /// Prints data that need not be text.
  static func output(_ bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }

  /// Whether standard output is a terminal whose user has nothing against colours (no-color.org).
  static var outputHasColours: Bool {
    guard isatty(STDOUT_FILENO) == 1 else { return false }
    if let choice = getenv("NO_COLOR"), choice.pointee != 0 { return false }
    return getenv("TERM").map { String(cString: $0) } != "dumb"
  }

  /// Prints a table, or other data that is for people as well: as `output`, and harmless to a terminal.
  static func table(_ text: String) {
    output(text.visible(keepsLines: true))
  }

  /// How many columns lines on standard output may take: the width of the terminal; nil where standard output is a file or a pipe, so
  /// that programs get whole names.
  static var width: Int? { width(of: STDOUT_FILENO) }

  /// The same of standard error.
  static var errorWidth: Int? { width(of: STDERR_FILENO) }

  private static func width(of descriptor: Int32) -> Int? {
    guard isatty(descriptor) == 1 else { return nil }
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Whether somebody is watching standard error.
  static let isTerminal = isatty(STDERR_FILENO) == 1

  private static func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8), to: descriptor) }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var bytes = bytes[...]
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

extension Console {
  /// Shows the progress of a run on the terminal, and to the program that asks for it, and prints its warnings.
  static func observer() -> RunObserver {
    var line: Progress?
    var reader = ProgressReader()
    return RunObserver(
      progress: { progress in
        reader?.tell(progress)
        line = line ?? Progress(label: progress.task.label)
        line?.update(progress.done, of: progress.total)
        guard progress.done >= progress.total else { return }
        line?.finish()
        line = nil
      }, warning: error)
  }
}

extension RunObserver.Progress.Task {
  /// What the terminal says.
  fileprivate var label: String {
    switch self {
    case .writing(let path): "writing \(path)"
    case .running: "running both nets"
    case .runningNet: "running the net"
    case .proving: "proving rules"
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
    Console.redraw("\(label.visible()) … \(percent) %")
  }

  /// Takes the line away.
  func finish() {
    if lastPercent >= 0 { Console.redraw("") }
  }

  private static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
