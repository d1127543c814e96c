import Glibc

/// Questions about paths, answered by the file system.
enum Paths {
  /// The path with the symbolic links of all that exists followed; the path itself when its folder does
  /// not exist yet.
  static func resolved(_ path: String) -> String {
    if let whole = realPath(path) { return whole }
    let folder = folder(of: path)
    guard let start = realPath(folder) else { return path }
    let name = path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
    return (start == "/" ? "" : start) + "/" + name
  }

  private static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The folder part with the slash, `./` when there is none.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "./" }
    return String(path[...slash])
  }

  /// Makes a folder and those above it that are missing; returns the ones it made, outermost first.
  static func makeFolders(_ folder: String, for path: String) throws(FileError) -> [String] {
    var made: [String] = []
    var missing: [String] = []
    var current = folder
    while access(current, F_OK) != 0, errno == ENOENT, current != "/", current != "./" {
      missing.append(current)
      current = Self.folder(of: String(current.dropLast()))
    }
    for next in missing.reversed() {
      if mkdir(next, 0o777) == 0 {
        made.append(next)
      } else if errno != EEXIST {
        let code = errno
        removeEmpty(made)
        throw FileError(path: path, .cannotCreateFolder(code: code))
      }
    }
    return made
  }

  /// Removes folders that this run made, those that nothing was put into.
  static func removeEmpty(_ folders: [String]) {
    for folder in folders.reversed() { rmdir(folder) }
  }

  /// Whether two paths name the same file, by any link, or would.
  static func same(_ first: String, _ second: String) -> Bool {
    var a = stat()
    var b = stat()
    if stat(first, &a) == 0, stat(second, &b) == 0 {
      return a.st_dev == b.st_dev && a.st_ino == b.st_ino
    }
    return resolved(first) == resolved(second)
  }
}
