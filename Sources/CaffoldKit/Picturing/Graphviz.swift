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
    fileprivate let process: Subprocess
    fileprivate let output: UnnamedFile
    fileprivate let errors: UnnamedFile
    fileprivate let start = ContinuousClock.now

    /// Waits for the end, and returns what was printed. To be called once.
    ///
    /// - Parameter limit: how many seconds it may take from its start.
    func finish(within limit: Int = Graphviz.seconds) throws(Failure) -> [UInt8] {
      var pause: UInt32 = 500
      while true {
        switch process.state() {
        case .ended(0): return output.content(limit: FileLimits.text)
        case .ended:
          let words = errors.text(limit: 2000).split(whereSeparator: \.isNewline).first
          throw .broken(path: program, said: words.map(String.init) ?? "")
        case .lost: throw .broken(path: program, said: "")
        case .running: break
        }
        guard ContinuousClock.now - start < .seconds(limit) else {
          process.end()
          throw .slow(seconds: limit)
        }
        usleep(pause)
        pause = min(pause * 2, 20_000)
      }
    }
  }

  /// Starts the program on a text.
  ///
  /// - Parameter format: `plain` for places, `svg` for a picture.
  func start(_ text: String, format: String) throws(Failure) -> Job {
    guard let input = UnnamedFile(holding: text), let output = UnnamedFile(), let errors = UnnamedFile(),
      let process = Subprocess(path, ["dot", "-T\(format)"], input: input, output: output, errors: errors)
    else { throw .broken(path: path, said: "") }
    return Job(program: path, process: process, output: output, errors: errors)
  }
}
