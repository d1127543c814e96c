import CaffeIO
import Diagnostics
import Glibc

/// What runs ask of the file system beside their inputs and outputs.
package enum Files {
  /// All bytes of a file that has at most `limit`.
  package static func read(_ path: String, limit: Int = FileLimits.text) throws(FileError) -> [UInt8] {
    try read(try InputFile(path: path), limit: limit)
  }

  /// All bytes of an open file that has at most `limit`.
  package static func read(_ file: InputFile, limit: Int = FileLimits.text) throws(FileError) -> [UInt8] {
    guard file.byteCount <= limit else {
      throw FileError(path: file.path, .tooLarge(byteCount: file.byteCount, limit: limit))
    }
    var bytes = [UInt8](repeating: 0, count: file.byteCount)
    var failure: FileError?
    bytes.withUnsafeMutableBytes { buffer in
      do throws(FileError) { try file.read(at: 0, into: buffer) } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Puts back what a run that was killed while it replaced these files has left half done.
  static func restore(_ paths: [String], _ observer: RunObserver) throws(FileError) {
    for path in try UnfinishedRun.undo(at: paths) {
      observer.warning(
        Diagnostic(
          .warning, at: .file(path), "restored: an earlier run was killed while it replaced this file"))
    }
  }

  /// Whether a path names a folder.
  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether a path names anything.
  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// What a file or folder is, whatever path leads to it.
  package struct Identity: Hashable {
    fileprivate let device: UInt64
    fileprivate let number: UInt64
  }

  /// What a path names; nil where there is nothing.
  package static func identity(of path: String) -> Identity? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
  }

  /// Whether two paths name the same file or folder, which is there.
  package static func isSame(_ first: String, _ second: String) -> Bool {
    guard let identity = identity(of: first) else { return false }
    return identity == self.identity(of: second)
  }

  /// The number of the user who owns a file; nil when there is none.
  package static func owner(of path: String) -> UInt32? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_uid : nil
  }

  /// A path with all links followed; the path itself where it leads to nothing.
  package static func resolved(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The folder of a file, `.` where the path has none.
  package static func folder(of path: String) -> String {
    let folder = split(path).folder
    return folder.isEmpty ? "." : folder
  }

  /// The size of a file in bytes; nil when there is none.
  package static func size(of path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// A path that is relative to a folder other than the current one.
  package static func resolve(_ path: String, from folder: String) -> String {
    path.hasPrefix("/") ? path : join(folder, path)
  }

  /// The names in a folder.
  package static func list(_ folder: String) throws(FileError) -> [String] {
    guard let stream = opendir(folder) else { throw FileError(path: folder, .cannotOpen(code: errno)) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// `a/b.c` as `a/` and `b.c`.
  package static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return ("", path) }
    return (String(path[...slash]), String(path[path.index(after: slash)...]))
  }

  /// A path from a folder and a name.
  package static func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty || folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  /// `out/b.c` with the extension of `a.d`: `out/b.d`.
  package static func withExtension(of other: String, _ path: String) -> String {
    func dot(_ name: String) -> String.Index? {
      name.lastIndex(of: ".").flatMap { $0 == name.startIndex ? nil : $0 }
    }
    let (folder, name) = split(path)
    let otherName = split(other).name
    let ending = dot(otherName).map { String(otherName[$0...]) } ?? ""
    return join(folder, (dot(name).map { String(name[..<$0]) } ?? name) + ending)
  }

  /// `b.c` as `b_inference.c`.
  package static func inserting(_ word: String, beforeExtensionOf name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name + word }
    return String(name[..<dot]) + word + String(name[dot...])
  }
}
