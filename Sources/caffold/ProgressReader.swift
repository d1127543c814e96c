import CaffoldKit
import Glibc
import JSON

/// A program that reads the progress of a run: it opens a pipe and names its descriptor in the environment variable
/// `CAFFOLD_PROGRESS`. It gets a line of JSON for each whole percent of each task, and one at the end of the task:
/// `{"task": "writing", "path": "out/net.caffemodel", "done": 1048576, "total": 47185920}`.
struct ProgressReader {
  private let descriptor: Int32
  private var isGone = false
  private var last: (task: RunObserver.Progress.Task, percent: Int)?

  /// Nil when no program asks. The standard streams have other uses.
  init?() {
    guard let text = getenv("CAFFOLD_PROGRESS"), let descriptor = Int32(String(cString: text)),
      descriptor > STDERR_FILENO, fcntl(descriptor, F_GETFD) >= 0
    else { return nil }
    self.descriptor = descriptor
  }

  /// Writes a line if the percentage has changed. A reader that is gone is told nothing.
  mutating func tell(_ progress: RunObserver.Progress) {
    guard !isGone else { return }
    let percent = progress.total > 0 ? Int(Double(progress.done) / Double(progress.total) * 100) : 100
    if let last, last.task == progress.task, last.percent == percent { return }
    last = (progress.task, percent)
    var members: [(String, JSONValue)] = [("task", .string(progress.task.word))]
    if case .writing(let path) = progress.task { members.append(("path", .string(path))) }
    members += [("done", .integer(progress.done)), ("total", .integer(progress.total))]
    let line = Array(JSONValue.object(members).text(width: .max).utf8)
    isGone = !Self.send(line, to: descriptor)
  }

  /// Writes to a pipe; false where nobody reads it any more.
  ///
  /// The signal that such a write raises would end the run. It is held back and taken away for this write alone, so that `| head` still
  /// ends a run that prints to it.
  private static func send(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var pipe = sigset_t()
    sigemptyset(&pipe)
    sigaddset(&pipe, SIGPIPE)
    var before = sigset_t()
    pthread_sigmask(SIG_BLOCK, &pipe, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard written < 0, errno == EPIPE else { return true }
    var now = timespec()
    sigtimedwait(&pipe, nil, &now)
    return false
  }
}

extension RunObserver.Progress.Task {
  /// What programs read.
  fileprivate var word: String {
    switch self {
    case .writing: "writing"
    case .running: "running"
    case .runningNet: "running-net"
    case .proving: "proving"
    }
  }
}
