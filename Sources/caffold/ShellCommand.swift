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
    guard let said = tmpfile() else { return .status(127) }
    defer {
      output = Self.end(of: said)
      fclose(said)
    }
    guard let id = start(command(files), output: fileno(said)) else { return .status(127) }
    let deadline = Self.now() + timeout
    var signals = Self.signals
    while true {
      var status: Int32 = 0
      if waitpid(id, &status, WNOHANG) == id {
        let signal = status & 0x7F
        return .status(signal == 0 ? status >> 8 & 0xFF : 128 + signal)
      }
      let rest = deadline - Self.now()
      var time = timespec(
        tv_sec: Int(max(0, rest)), tv_nsec: Int((max(0, rest) - max(0, rest).rounded(.down)) * 1e9))
      let signal = rest > 0 ? sigtimedwait(&signals, nil, &time) : -1
      let isInterrupted = [SIGINT, SIGTERM, SIGHUP].contains(signal)
      guard isInterrupted || Self.now() >= deadline else { continue }
      kill(-id, SIGKILL)
      waitpid(id, &status, 0)
      return isInterrupted ? .interrupted : .timeout
    }
  }

  private func start(_ command: String, output: Int32) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
    posix_spawnattr_setpgroup(&attributes, 0)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    let words = ["/bin/sh", "-c", command]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { (word: String) in strdup(word) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var id: pid_t = 0
    return posix_spawn(&id, "/bin/sh", &actions, &attributes, &arguments, environ) == 0 ? id : nil
  }

  /// The last part of a file, as text.
  private static func end(of file: UnsafeMutablePointer<FILE>) -> String {
    fseek(file, 0, SEEK_END)
    fseek(file, max(0, ftell(file) - outputLimit), SEEK_SET)
    var bytes = [UInt8](repeating: 0, count: outputLimit)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  /// How much of what a run said is looked at, in bytes.
  private static let outputLimit = 1 << 20

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
