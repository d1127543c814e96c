import Glibc

/// An output file that appears under its name complete or not at all.
///
/// It has no name while it is written (`O_TMPFILE`), so the system itself removes it when the process
/// ends in any way, killed included. Where the file system cannot do that, it is a hidden file beside
/// its destination that is removed on failure, on SIGINT, SIGTERM and SIGHUP. The mode follows the umask.
package final class AtomicFile: Sendable {
  /// The destination as the user wrote it.
  package let path: String
  /// Where to write.
  package let descriptor: Int32

  /// The destination with symbolic links followed.
  private let destination: String
  /// The folder of the destination, with `/` at the end.
  private let folder: String
  private let mayReplace: Bool
  /// The name while there is no final one; nil as long as the file is unnamed.
  private let temporary: TemporaryName?
  private let madeFolders: [String]
  private let state = FileState()

  /// Creates an output for `path`, its folders included. With `mayReplace` a regular file of that name
  /// will be replaced when this one is put in place.
  package convenience init(path: String, mayReplace: Bool = false) throws(FileError) {
    try self.init(path: path, mayReplace: mayReplace, unnamed: true)
  }

  /// As `init(path:mayReplace:)`; with `unnamed` false as on a file system without unnamed files.
  init(path: String, mayReplace: Bool = false, unnamed allowsUnnamed: Bool) throws(FileError) {
    self.path = path
    self.mayReplace = mayReplace
    destination = Paths.resolved(path)
    folder = Paths.folder(of: destination)
    try Self.checkDestination(path, destination, mayReplace: mayReplace)
    madeFolders = try Paths.makeFolders(folder, for: path)
    let flags = O_RDWR | O_CLOEXEC
    // O_TMPFILE is a macro that is not imported; its one own bit is the same on all of Linux's
    // architectures that Swift runs on.
    let unnamed = allowsUnnamed ? open(folder, flags | O_DIRECTORY | 0o20_000_000, 0o666) : -1
    if unnamed >= 0 {
      descriptor = unnamed
      temporary = nil
      return
    }
    let name = TemporaryName(beside: destination)
    descriptor = open(name.path, flags | O_CREAT | O_EXCL, 0o666)
    guard descriptor >= 0 else {
      let code = errno
      name.forget()
      Paths.removeEmpty(madeFolders)
      throw FileError(path: path, .cannotCreate(code: code))
    }
    temporary = name
  }

  /// How many bytes it has now.
  package var byteCount: Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  deinit {
    close(descriptor)
    temporary?.remove()
    if !state.isPublished { Paths.removeEmpty(madeFolders) }
  }

  private static func checkDestination(_ path: String, _ destination: String, mayReplace: Bool)
    throws(FileError)
  {
    var status = stat()
    guard stat(destination, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(path: path, .notRegular) }
    guard mayReplace else { throw FileError(path: path, .alreadyExists) }
  }

  /// Whether the file has got its name.
  var isPublished: Bool { state.isPublished }

  /// Whether a file is there now that this one would replace.
  package var replacesFile: Bool { access(destination, F_OK) == 0 }

  /// Writes bytes at an offset; from any thread.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let wrote = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, offset + done)
      if wrote < 0 {
        if errno == EINTR { continue }
        throw FileError(path: path, .cannotWrite(code: errno))
      }
      done += wrote
    }
  }

  /// Writes a whole small file.
  package func write(_ bytes: [UInt8]) throws(FileError) {
    do {
      try bytes.withUnsafeBytes { try write($0, at: 0) }
    } catch let error as FileError {
      throw error
    } catch { fatalError("only FileError is thrown above") }
  }

  /// Puts the file in place.
  ///
  /// One that replaces another is first brought to the disk: after a power cut one of the two is there,
  /// whole. A new file is left to the system to write back, since what it was made from is still there.
  package func publish() throws(FileError) {
    if replacesFile { try synchronize() }
    let blocked = SignalBlock()
    defer { blocked.end() }
    let replacement = try stage()
    try replacement.moveIntoPlace()
  }

  /// Waits until the content is on the disk.
  package func synchronize() throws(FileError) {
    guard fsync(descriptor) == 0 else { throw FileError(path: path, .cannotWrite(code: errno)) }
  }

  /// Gives the file a hidden name beside its destination, if it must replace another file.
  func stage() throws(FileError) -> StagedFile {
    if let temporary { return StagedFile(self, at: temporary) }
    guard mayReplace, replacesFile else { return StagedFile(self, at: nil) }
    let name = TemporaryName(beside: destination)
    do {
      try link(to: name.path)
    } catch {
      name.forget()
      throw error
    }
    return StagedFile(self, at: name)
  }

  private func link(to name: String) throws(FileError) {
    // linkat(AT_EMPTY_PATH) would need a privilege; the way through /proc does not.
    guard
      linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0
    else { throw FileError(path: path, errno == EEXIST ? .alreadyExists : .cannotPublish(code: errno)) }
  }

  /// A complete output whose last step is one system call.
  struct StagedFile {
    private let file: AtomicFile
    private let name: TemporaryName?

    init(_ file: AtomicFile, at name: TemporaryName?) {
      self.file = file
      self.name = name
    }

    /// Where the output goes.
    var destination: String { file.destination }
    /// Whether a file that is there may go.
    var mayReplace: Bool { file.mayReplace }
    /// What messages call it.
    var path: String { file.path }

    /// Gives the file its name. Without leave to replace, a file that came there in the meantime stays.
    func moveIntoPlace() throws(FileError) {
      if let name, file.mayReplace {
        guard rename(name.path, file.destination) == 0 else {
          throw FileError(path: file.path, .cannotPublish(code: errno))
        }
        name.forget()
      } else if let name {
        // Unlike rename, link never replaces.
        guard Glibc.link(name.path, file.destination) == 0 else {
          throw FileError(path: file.path, errno == EEXIST ? .alreadyExists : .cannotPublish(code: errno))
        }
        name.remove()
      } else {
        try file.link(to: file.destination)
      }
      file.state.isPublished = true
    }

    /// Removes the hidden name.
    func discard() { name?.remove() }
  }
}
