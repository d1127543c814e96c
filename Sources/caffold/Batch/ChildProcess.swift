@preconcurrency import Glibc

/// Another run of this program, for one model of a batch: a crash, or memory that runs out, takes that model only.
struct ChildProcess {
  /// The process.
  let id: pid_t
  /// What it says on standard error, and what it prints on standard output: unnamed files, so that nobody has to read while it runs.
  private let words: UnsafeMutablePointer<FILE>
  private let printed: UnsafeMutablePointer<FILE>

  /// Starts this program with other arguments; nil when the system has no process to spare.
  ///
  /// - Parameter input: what it finds on its standard input.
  init?(arguments: [String], input: String) {
    guard let words = tmpfile() else { return nil }
    guard let printed = tmpfile() else {
      fclose(words)
      return nil
    }
    guard let request = Self.file(holding: input) else {
      fclose(words)
      fclose(printed)
      return nil
    }
    defer { fclose(request) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, fileno(request), STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, fileno(printed), STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, fileno(words), STDERR_FILENO)
    var list: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for argument in list { free(argument) } }
    var id: pid_t = 0
    guard posix_spawn(&id, "/proc/self/exe", &actions, nil, &list, environ) == 0 else {
      fclose(words)
      fclose(printed)
      return nil
    }
    self.id = id
    self.words = words
    self.printed = printed
  }

  /// An unnamed file.
  private static func file(holding text: String) -> UnsafeMutablePointer<FILE>? {
    guard let file = tmpfile() else { return nil }
    let bytes = Array(text.utf8)
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count, fflush(file) == 0 else {
      fclose(file)
      return nil
    }
    return file
  }

  /// Waits for any child of this process to end: which one, and its exit status, 128 + the number of the signal that ended it.
  static func waitForAny() -> (id: pid_t, status: Int32)? {
    while true {
      var status: Int32 = 0
      let id = waitpid(-1, &status, 0)
      if id < 0, errno == EINTR { continue }
      guard id > 0 else { return nil }
      let signal = status & 0x7F
      return (id, signal == 0 ? status >> 8 & 0xFF : 128 + signal)
    }
  }

  /// What it said and printed, once it has ended. Gives the files back; to be called once.
  func takeOutput() -> (words: String, printed: String) {
    defer {
      fclose(words)
      fclose(printed)
    }
    return (Self.content(of: words), Self.content(of: printed))
  }

  private static func content(of file: UnsafeMutablePointer<FILE>) -> String {
    rewind(file)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer[..<count]
    }
  }
}
