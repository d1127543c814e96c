import Glibc

/// Questions about paths, answered by the file system.
package enum Paths {
  /// The path with the symbolic links of all that exists followed; the path itself when its folder does
  /// not exist yet.
  static func resolved(_ path: String) -> String {
    if let whole = realPath(path) { return whole }
    let folder = folder(of: path)
    guard let start = realPath(folder) else { return path }
    return (start == "/" ? "" : start) + "/" + name(of: path)
  }

  /// The path with all symbolic links followed; nil where nothing is there.
  package static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The folder part with the slash, `./` when there is none.
  package static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "./" }
    return String(path[...slash])
  }

  /// The path without its folder.
  package static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// A hidden name beside a file: `out/.net.prototxt.caffold-old`.
  static func hidden(_ word: String, beside path: String) -> String {
    folder(of: path) + ".\(shortened(name(of: path))).caffold-\(word)"
  }

  /// Names have up to 255 bytes, and this one becomes part of another: of a long one a digest takes the end's place.
  private static func shortened(_ name: String) -> String {
    guard name.utf8.count > 200 else { return name }
    var start = ""
    for character in name {
      guard start.utf8.count + character.utf8.count <= 150 else { break }
      start.append(character)
    }
    return start + "~" + SHA256.digest(of: Array(name.utf8)).prefix(16)
  }

  /// Gives a hidden old file a name that is seen: `out/net.prototxt.old`, or `.old2`, …
  static func unhide(_ hidden: String, beside path: String) {
    var visible = path + ".old"
    for number in 2..<1000 {
      // A name that is taken stays what it is.
      if link(hidden, visible) == 0 {
        unlink(hidden)
        return
      }
      guard errno == EEXIST else { break }
      visible = path + ".old\(number)"
    }
    if access(visible, F_OK) != 0 { rename(hidden, visible) }
  }

  /// Makes missing folders, then does the work that needs them. Each folder comes with the path that messages name.
  ///
  /// A dry run, or one that fails, removes the folders it made. Another run may rely on them by then, so both steps are
  /// repeated when the work finds a folder missing.
  ///
  /// - Returns: the result of the work, and the folders that were made, outermost first.
  static func inFolders<Value>(
    _ folders: [(folder: String, path: String)], _ work: () throws(FileError) -> Value
  ) throws(FileError) -> (value: Value, made: [String]) {
    var made: [String] = []
    var attemptsLeft = 1000
    while true {
      do throws(FileError) {
        for (folder, path) in folders { made += try makeFolders(folder, for: path) }
        return (try work(), made)
      } catch {
        attemptsLeft -= 1
        guard error.problem.isFolderMissing, attemptsLeft > 0 else {
          removeEmpty(made)
          throw error
        }
      }
    }
  }

  /// Makes a folder and those above it that are missing; returns the ones it made, outermost first.
  private static func makeFolders(_ folder: String, for path: String) throws(FileError) -> [String] {
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

  /// Removes folders that this run made, except those that have files or that another run has locked.
  static func removeEmpty(_ folders: [String]) {
    for folder in folders.reversed() {
      let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      let isLocked = descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
      if !isLocked { rmdir(folder) }
      if descriptor >= 0 { close(descriptor) }
    }
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
