import CaffoldKit
@preconcurrency import Glibc

/// A command of the user that says of a net whether it fails.
///
/// `/bin/sh -c` runs it, in the current folder and in a process group of its own, so that all that it starts can be ended. It fails as
/// long as it ends as it did for the whole net: with the same exit status, or by the same signal.
final class ShellCommand {
  /// How a run ended.
  enum Ending: Equatable {
    /// With this status; 128 + the number of the signal that ended it.
    case status(Int32)
    case timeout
    case interrupted
  }

  private let text: String
  private let timeout: Double
  /// Text that its output must have.
  private let words: String?
  /// The status that counts as the failure: the one for the whole net.
  private(set) var status: Int32?
  /// How it ended for the net that was tried last.
  private(set) var ending: Ending?
  /// The end of what it said then.
  private(set) var output = ""

  /// - Parameter timeout: how many seconds a run may take.
  init(_ text: String, timeout: Double, words: String?) {
    self.text = text
    self.timeout = timeout
    self.words = words
    // Held back until they are waited for: a run cannot miss the end of its process, and an interrupt ends the search in order.
    var signals = Self.signals
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }

  private static var signals: sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGCHLD, SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
    return signals
  }

  /// Whether a net fails. The first one tells what failing is.
  func verdict(of files: ModelFiles) -> ReduceVerdict {
    let ending = run(files)
    self.ending = ending
    switch ending {
    case .interrupted: return .stop
    case .timeout: return .passes
    case .status(let status):
      let saysIt = words.map { output.contains($0) } ?? true
      guard let wanted = self.status else {
        if status != 0, saysIt { self.status = status }
        return status != 0 && saysIt ? .fails : .passes
      }
      return status == wanted && saysIt ? .fails : .passes
    }
  }

  /// The command with the paths of the files in it.
  private func command(_ files: ModelFiles) -> String {
    let weights = Self.quoted(files.weights ?? "")
    // First around {model}, so that a path which has {weights} in it stays as it is.
    let parts = text.split(separator: "{model}", omittingEmptySubsequences: false).map { (part) -> String in
      part.split(separator: "{weights}", omittingEmptySubsequences: false).joined(separator: weights)
    }
    return parts.joined(separator: Self.quoted(files.model))
  }

  /// A word for the shell, whatever characters the path has.
  private static func quoted(_ path: String) -> String {
    "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  private func run(_ files: ModelFiles) -> Ending {
    guard let said = UnnamedFile() else { return .status(127) }
    defer { output = said.end(limit: Self.outputLimit) }
    guard
      let process = Subprocess(
        "/bin/sh", ["/bin/sh", "-c", command(files)], output: said, errors: said, hasOwnGroup: true)
    else { return .status(127) }
    let deadline = ContinuousClock.now + .seconds(timeout)
    var signals = Self.signals
    while true {
      switch process.state() {
      case .ended(let status): return .status(status)
      case .lost: return .status(127)
      case .running: break
      }
      let rest = max(.zero, deadline - ContinuousClock.now)
      var time = timespec(
        tv_sec: Int(rest.components.seconds), tv_nsec: Int(rest.components.attoseconds / 1_000_000_000))
      let signal = rest > .zero ? sigtimedwait(&signals, nil, &time) : -1
      let isInterrupted = [SIGINT, SIGTERM, SIGHUP].contains(signal)
      guard isInterrupted || ContinuousClock.now >= deadline else { continue }
      process.end()
      return isInterrupted ? .interrupted : .timeout
    }
  }

  /// How much of what a run said is looked at, in bytes.
  private static let outputLimit = 1 << 20
}
