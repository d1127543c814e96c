import CaffeIO
import Glibc

/// What the command asks of the file system besides its inputs and outputs.
enum Files {
  /// All bytes of a file.
  static func read(_ path: String) throws(FileError) -> [UInt8] {
    let file = try InputFile(path: path)
    var bytes = [UInt8](repeating: 0, count: file.byteCount)
    var failure: FileError?
    bytes.withUnsafeMutableBytes { buffer in
      do throws(FileError) { try file.read(at: 0, into: buffer) } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Whether a path names a folder.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether a path names anything.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// What a file or folder is, whatever path leads to it.
  struct Identity: Hashable {
    fileprivate let device: UInt64
    fileprivate let number: UInt64
  }

  /// What a path names; nil where there is nothing.
  static func identity(of path: String) -> Identity? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
  }

  /// Whether two paths name the same file or folder, which is there.
  static func isSame(_ first: String, _ second: String) -> Bool {
    guard let identity = identity(of: first) else { return false }
    return identity == self.identity(of: second)
  }

  /// The size of a file in bytes; nil when there is none.
  static func size(of path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// A path that is relative to a folder other than the current one.
  static func resolve(_ path: String, from folder: String) -> String {
    path.hasPrefix("/") ? path : join(folder, path)
  }

  /// The names in a folder.
  static func list(_ folder: String) throws(FileError) -> [String] {
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
  static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return ("", path) }
    return (String(path[...slash]), String(path[path.index(after: slash)...]))
  }

  /// A path from a folder and a name.
  static func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty || folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  /// `b.c` as `b_inference.c`.
  static func inserting(_ word: String, beforeExtensionOf name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name + word }
    return String(name[..<dot]) + word + String(name[dot...])
  }
}
