import Glibc

/// Holds folders while files are put in place there, so that two runs with one output come one after the other.
///
/// The lock is on the folder itself (`flock`): no file is needed for it, and a run that dies in any way gives it back. File
/// systems without such locks are written to without one.
final class FolderLocks {
  /// How long another run is waited for; it holds a folder for some milliseconds.
  private static let patience = 60_000_000
  private static let pause = 500

  private var descriptors: [Int32]

  /// Waits for the folders of `files`, and makes those that another run has removed.
  convenience init(for files: [AtomicFile]) throws(FileError) {
    let folders = files.map { (folder: Paths.folder(of: $0.destination), path: $0.path) }
    let held = try Paths.inFolders(folders) { () throws(FileError) in try Self.hold(folders) }
    self.init(descriptors: held.value)
  }

  /// Waits for folders that are there; each comes with the path that messages name.
  convenience init(_ folders: [(folder: String, path: String)]) throws(FileError) {
    self.init(descriptors: try Self.hold(folders))
  }

  private init(descriptors: [Int32]) { self.descriptors = descriptors }

  /// The descriptors of the folders, locked.
  private static func hold(_ folders: [(folder: String, path: String)]) throws(FileError) -> [Int32] {
    let deadline = now + patience
    while true {
      let held = try lock(folders, until: deadline)
      // A folder that was removed and made again while this run waited is another one now.
      let isHeld = zip(folders, held.order).allSatisfy { folder, index in
        index.map { isSame(folder.folder, held.descriptors[$0]) } ?? true
      }
      if isHeld { return held.descriptors }
      for descriptor in held.descriptors { close(descriptor) }
    }
  }

  deinit { release() }

  /// Gives the folders back.
  func release() {
    for descriptor in descriptors { close(descriptor) }
    descriptors = []
  }

  /// Waits until the names in the folders are on the disk.
  func synchronize() { for descriptor in descriptors { fsync(descriptor) } }

  /// The descriptors of the locked folders, and for each of `folders` which of them it is; nil for one without a lock.
  private static func lock(
    _ folders: [(folder: String, path: String)], until deadline: Int
  ) throws(FileError) -> (descriptors: [Int32], order: [Int?]) {
    var opened: [(descriptor: Int32, identity: (UInt64, UInt64), path: String)] = []
    func fail(_ error: FileError) -> FileError {
      for folder in opened { close(folder.descriptor) }
      return error
    }
    var identities: [(UInt64, UInt64)] = []
    for (folder, path) in folders {
      let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      // Into a folder that one may not read files can be put all the same.
      if descriptor < 0, errno == EACCES {
        identities.append((0, 0))
        continue
      }
      var status = stat()
      guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
        let code = errno
        if descriptor >= 0 { close(descriptor) }
        throw fail(FileError(path: path, .cannotPublish(code: code)))
      }
      let identity = (UInt64(status.st_dev), UInt64(status.st_ino))
      identities.append(identity)
      if opened.contains(where: { $0.identity == identity }) {
        close(descriptor)
      } else {
        opened.append((descriptor, identity, path))
      }
    }
    // All runs take their folders in one order, so that no two wait for each other.
    opened.sort { $0.identity < $1.identity }
    for folder in opened {
      while flock(folder.descriptor, LOCK_EX | LOCK_NB) != 0 {
        if errno == EINTR { continue }
        guard errno == EWOULDBLOCK else { break }
        guard now < deadline else { throw fail(FileError(path: folder.path, .busy)) }
        usleep(UInt32(pause))
      }
    }
    let order = identities.map { identity in opened.firstIndex { $0.identity == identity } }
    return (opened.map(\.descriptor), order)
  }

  private static func isSame(_ folder: String, _ descriptor: Int32) -> Bool {
    var here = stat()
    var held = stat()
    return stat(folder, &here) == 0 && fstat(descriptor, &held) == 0 && here.st_dev == held.st_dev
      && here.st_ino == held.st_ino
  }

  /// Microseconds.
  private static var now: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
  }
}
