import CaffeIO
import Glibc

/// A folder for files that last as long as a run: below `TMPDIR`, or `/tmp`.
final class TemporaryFolder {
  private let path: String
  private var count = 0

  /// Makes the folder.
  ///
  /// - Parameter name: what its name begins with.
  init(named name: String) throws(FileError) {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    let pattern = Files.join(parent.isEmpty ? "/tmp" : parent, name + "-XXXXXX")
    var bytes = Array(pattern.utf8CString)
    guard bytes.withUnsafeMutableBufferPointer({ mkdtemp($0.baseAddress!) }) != nil else {
      throw FileError(path: pattern, .cannotCreateFolder(code: errno))
    }
    path = String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Makes an empty folder in it, whose name nothing had before.
  func next() throws(FileError) -> String {
    count += 1
    return try make("\(count)")
  }

  /// Makes a folder in it that stays when the folder of `next` goes.
  func lasting() throws(FileError) -> String { try make("lasting") }

  /// Removes what the last folder of `next` has in it, and the folder.
  func empty() { Self.remove(Files.join(path, "\(count)")) }

  /// Removes everything.
  func remove() { Self.remove(path) }

  private func make(_ name: String) throws(FileError) -> String {
    let folder = Files.join(path, name)
    guard mkdir(folder, 0o700) == 0 else { throw FileError(path: folder, .cannotCreateFolder(code: errno)) }
    return folder
  }

  /// A file that cannot be removed stays: there is nobody to tell, and the system clears the place.
  private static func remove(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      unlink(path)
      return
    }
    for name in (try? Files.list(path)) ?? [] { remove(Files.join(path, name)) }
    rmdir(path)
  }
}
