@preconcurrency import Glibc

/// Graphviz's program `dot`, which finds the places of boxes and arrows.
struct Graphviz {
  /// Why there is no layout.
  enum Failure: Error, Equatable {
    /// No `dot` is installed.
    case missing
    /// It did not come to an end in time.
    case slow(seconds: Int)
    /// It ended with a status, or was ended by a signal, or printed something else than a layout.
    case broken(path: String, said: String)
    /// The net has more boxes than a layout is tried for.
    case tooLarge(boxes: Int, limit: Int)
  }

  /// How long a layout may take: one of 1,000 layers takes half a second, one of 3,000 ten.
  static let seconds = 60
  /// The most boxes that a layout is tried for: layers, inputs and outputs.
  static let boxLimit = 10_000

  /// The program.
  let path: String

  /// Looks for the program where the shell does, but never in the current folder, which may hold files that came with a model.
  ///
  /// - Parameter search: the folders, as in `PATH`.
  init?(search: String? = getenv("PATH").map { String(cString: $0) }) {
    let here = Files.identity(of: ".")
    for folder in (search ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":") {
      guard folder.hasPrefix("/"), Files.identity(of: String(folder)) != here else { continue }
      let path = Files.join(String(folder), "dot")
      if access(path, X_OK) == 0, !Files.isFolder(path) {
        self.path = path
        return
      }
    }
    return nil
  }

  /// A run of the program that may still go on.
  struct Job {
    fileprivate let program: String
    fileprivate let process: pid_t
    fileprivate let output: UnsafeMutablePointer<FILE>
    fileprivate let errors: UnsafeMutablePointer<FILE>
    private let start = Self.now

    fileprivate init(
      _ program: String, _ process: pid_t, _ output: UnsafeMutablePointer<FILE>,
      _ errors: UnsafeMutablePointer<FILE>
    ) {
      (self.program, self.process, self.output, self.errors) = (program, process, output, errors)
    }

    private static var now: Double {
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Waits for the end, and returns what was printed. To be called once.
    ///
    /// - Parameter limit: how many seconds it may take from its start.
    func finish(within limit: Int = Graphviz.seconds) throws(Failure) -> [UInt8] {
      defer {
        fclose(output)
        fclose(errors)
      }
      var status: Int32 = 0
      var pause: UInt32 = 500
      while true {
        let ended = waitpid(process, &status, WNOHANG)
        if ended == process { break }
        if ended < 0, errno != EINTR { throw .broken(path: program, said: "") }
        guard Self.now - start < Double(limit) else {
          kill(process, SIGKILL)
          while waitpid(process, &status, 0) < 0, errno == EINTR {}
          throw .slow(seconds: limit)
        }
        usleep(pause)
        pause = min(pause * 2, 20_000)
      }
      guard status == 0 else {
        let words = String(decoding: Self.content(of: errors, limit: 2000), as: UTF8.self)
        throw .broken(
          path: program, said: words.split(whereSeparator: \.isNewline).first.map(String.init) ?? "")
      }
      return Self.content(of: output, limit: FileLimits.text)
    }

    private static func content(of file: UnsafeMutablePointer<FILE>, limit: Int) -> [UInt8] {
      rewind(file)
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while bytes.count < limit {
        let count = fread(&buffer, 1, buffer.count, file)
        guard count > 0 else { break }
        bytes += buffer[..<count]
      }
      return bytes
    }
  }

  /// Starts the program on a text.
  ///
  /// - Parameter format: `plain` for places, `svg` for a picture.
  func start(_ text: String, format: String) throws(Failure) -> Job {
    // Files without names: nobody has to read and to write at the same time.
    guard let input = tmpfile() else { throw .broken(path: path, said: "") }
    defer { fclose(input) }
    guard let output = tmpfile() else { throw .broken(path: path, said: "") }
    guard let errors = tmpfile() else {
      fclose(output)
      throw .broken(path: path, said: "")
    }
    let bytes = Array(text.utf8)
    var process: pid_t = 0
    var isStarted = fwrite(bytes, 1, bytes.count, input) == bytes.count && fflush(input) == 0
    if isStarted {
      rewind(input)
      var actions = posix_spawn_file_actions_t()
      posix_spawn_file_actions_init(&actions)
      defer { posix_spawn_file_actions_destroy(&actions) }
      posix_spawn_file_actions_adddup2(&actions, fileno(input), STDIN_FILENO)
      posix_spawn_file_actions_adddup2(&actions, fileno(output), STDOUT_FILENO)
      posix_spawn_file_actions_adddup2(&actions, fileno(errors), STDERR_FILENO)
      var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("dot"), strdup("-T\(format)"), nil]
      defer { for argument in arguments { free(argument) } }
      isStarted = posix_spawn(&process, path, &actions, nil, &arguments, environ) == 0
    }
    guard isStarted else {
      fclose(output)
      fclose(errors)
      throw .broken(path: path, said: "")
    }
    return Job(path, process, output, errors)
  }
}
