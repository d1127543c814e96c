@preconcurrency import Glibc

/// A process that this one started.
package struct Subprocess {
  /// The process.
  package let id: pid_t
  private let hasOwnGroup: Bool

  /// Starts a program; nil when the system has no process to spare, or no such program.
  ///
  /// - Parameters:
  ///   - arguments: all of them, the name of the program first.
  ///   - input: what it reads; without it, nothing.
  ///   - hasOwnGroup: whether it leads a process group, so that ending the group ends its children too. Signals
  ///     blocked here still reach it.
  package init?(
    _ program: String, _ arguments: [String], input: UnnamedFile? = nil, output: UnnamedFile,
    errors: UnnamedFile,
    hasOwnGroup: Bool = false
  ) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input.descriptor, STDIN_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, output.descriptor, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors.descriptor, STDERR_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    if hasOwnGroup {
      posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
      posix_spawnattr_setpgroup(&attributes, 0)
      var none = sigset_t()
      sigemptyset(&none)
      posix_spawnattr_setsigmask(&attributes, &none)
    }
    var list: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for argument in list { free(argument) } }
    var id: pid_t = 0
    guard posix_spawn(&id, program, &actions, &attributes, &list, environ) == 0 else { return nil }
    self.id = id
    self.hasOwnGroup = hasOwnGroup
  }

  /// How a process stands that is not waited for.
  package enum State {
    case running
    /// It ended with this status; 128 + the number of the signal that ended it.
    case ended(Int32)
    /// It is no child of this process any more.
    case lost
  }

  /// How it stands now. Once it has ended, this can be asked no more.
  package func state() -> State {
    var status: Int32 = 0
    while true {
      let found = waitpid(id, &status, WNOHANG)
      if found == id { return .ended(Self.exitStatus(status)) }
      if found == 0 { return .running }
      if errno != EINTR { return .lost }
    }
  }

  /// Ends it at once, with its whole group if it has one, and waits until it is gone.
  package func end() {
    kill(hasOwnGroup ? -id : id, SIGKILL)
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
  }

  /// Waits for any child of this process to end: which one, and its exit status, 128 + the number of the signal that ended it.
  package static func waitForAny() -> (id: pid_t, status: Int32)? {
    while true {
      var status: Int32 = 0
      let id = waitpid(-1, &status, 0)
      if id < 0, errno == EINTR { continue }
      return id > 0 ? (id, exitStatus(status)) : nil
    }
  }

  private static func exitStatus(_ status: Int32) -> Int32 {
    let signal = status & 0x7F
    return signal == 0 ? status >> 8 & 0xFF : 128 + signal
  }
}
