import Glibc

/// An output file that appears under its name complete or not at all.
///
/// It has no name while it is written (`O_TMPFILE`), so the system itself removes it when the process
/// ends in any way, killed included. Where the file system cannot do that, it is a hidden file beside
/// its destination that is removed on failure, on SIGINT, SIGTERM and SIGHUP, and after SIGKILL by the next run with this
/// output. The mode is that of the file it replaces; without one it follows the umask.
package final class AtomicFile: Sendable {
  /// The destination as the user wrote it.
  package let path: String
  /// Where to write.
  package let descriptor: Int32
  /// The destination with symbolic links followed.
  let destination: String
  /// Whether a file of that name may go.
  let mayReplace: Bool

  /// The name while there is no final one; nil where the file has none.
  private let temporary: TemporaryName?
  private let madeFolders: [String]
  private let state = FileState()

  /// Creates an output for `path`, its folders included.
  ///
  /// With `mayReplace` a regular file of that name is replaced when this one is put in place: after a power cut one
  /// of the two is there, whole.
  ///
  /// - Parameter input: the file that the content is made from; users who may not read it may not read the output.
  package convenience init(path: String, mayReplace: Bool = false, from input: String? = nil)
    throws(FileError)
  {
    try self.init(path: path, mayReplace: mayReplace, from: input, unnamed: true)
  }

  /// Creates an output that holds `bytes` and lacks nothing but its name. It replaces a file of that name.
  package convenience init(path: String, holding bytes: [UInt8], from input: String? = nil) throws(FileError)
  {
    try self.init(path: path, mayReplace: true, from: input)
    try write(bytes)
  }

  /// As the first one; with `unnamed` false as on a file system without unnamed files.
  init(
    path: String, mayReplace: Bool = false, from input: String? = nil, unnamed allowsUnnamed: Bool
  ) throws(FileError) {
    self.path = path
    self.mayReplace = mayReplace
    let wanted = Paths.resolved(path)
    try Self.checkDestination(path, wanted, mayReplace: mayReplace)
    let folders = [(folder: Paths.folder(of: wanted), path: path)]
    let opened = try Paths.inFolders(folders) { () throws(FileError) in
      // Only now every folder of the path is there to be resolved.
      try Self.create(Paths.resolved(wanted), path, unnamed: allowsUnnamed)
    }
    (destination, descriptor, temporary) = opened.value
    madeFolders = opened.made
    takeMode(from: input)
  }

  /// Creates the file in its folder, without a name where `allowsUnnamed` and the file system permit that.
  private static func create(
    _ destination: String, _ path: String, unnamed allowsUnnamed: Bool
  ) throws(FileError) -> (destination: String, descriptor: Int32, temporary: TemporaryName?) {
    let flags = O_RDWR | O_CLOEXEC
    // O_TMPFILE is a macro that is not imported; its one own bit is the same on all of Linux's
    // architectures that Swift runs on.
    let folder = Paths.folder(of: destination)
    let unnamed = allowsUnnamed ? open(folder, flags | O_DIRECTORY | 0o20_000_000, 0o666) : -1
    if unnamed >= 0 { return (destination, unnamed, nil) }
    let (descriptor, temporary) = try openNamed(beside: destination, path, flags)
    return (destination, descriptor, temporary)
  }

  private static func openNamed(
    beside destination: String, _ path: String, _ flags: Int32
  ) throws(FileError) -> (Int32, TemporaryName) {
    TemporaryName.removeAbandoned(beside: destination)
    while true {
      let name = TemporaryName(beside: destination)
      let descriptor = open(name.path, flags | O_CREAT | O_EXCL, 0o666)
      guard descriptor >= 0 else {
        let code = errno
        name.forget()
        throw FileError(path: path, .cannotCreate(code: code))
      }
      // By this lock other runs see that somebody writes the file; one may have come before it.
      flock(descriptor, LOCK_EX)
      var status = stat()
      if fstat(descriptor, &status) == 0, status.st_nlink > 0 { return (descriptor, name) }
      close(descriptor)
      name.forget()
    }
  }

  /// Takes mode and owner of the file that this one will replace; for a new one, no more than `input` allows others.
  private func takeMode(from input: String?) {
    var status = stat()
    if mayReplace, stat(destination, &status) == 0 {
      // Only root may give files away; a file that stays this user's keeps its group where that is possible.
      if fchown(descriptor, status.st_uid, status.st_gid) != 0 {
        fchown(descriptor, UInt32.max, status.st_gid)
      }
      fchmod(descriptor, status.st_mode & 0o7777)
    } else if let input, stat(input, &status) == 0 {
      var own = stat()
      guard fstat(descriptor, &own) == 0 else { return }
      fchmod(descriptor, own.st_mode & 0o777 & (status.st_mode | 0o600))
    }
  }

  deinit {
    close(descriptor)
    temporary?.remove()
    if !state.isPublished { Paths.removeEmpty(madeFolders) }
  }

  /// Refuses a destination that has become something else than a file since this one was created.
  func checkDestination() throws(FileError) {
    try Self.checkDestination(path, destination, mayReplace: mayReplace)
  }

  private static func checkDestination(_ path: String, _ destination: String, mayReplace: Bool)
    throws(FileError)
  {
    var status = stat()
    guard stat(destination, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(path: path, .notRegular) }
    guard mayReplace else { throw FileError(path: path, .alreadyExists) }
  }

  /// How many bytes it has now.
  package var byteCount: Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Takes disk space for `byteCount` bytes: a full disk is noticed before the work is done, and the
  /// writes that follow find their blocks laid out.
  package func reserve(_ byteCount: Int) throws(FileError) {
    guard byteCount > 0 else { return }
    var code = posix_fallocate(descriptor, 0, byteCount)
    while code == EINTR { code = posix_fallocate(descriptor, 0, byteCount) }
    // Not every file system can; the writes themselves will tell.
    guard code == 0 || code == EOPNOTSUPP || code == EINVAL || code == ENOSYS else {
      throw FileError(path: path, .cannotWrite(code: code))
    }
  }

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
    let result: Result<Void, FileError> = bytes.withUnsafeBytes { buffer in
      Result { () throws(FileError) in try write(buffer, at: 0) }
    }
    try result.get()
  }

  /// Puts the file in place.
  package func publish() throws(FileError) { try Self.publish([self]) }

  /// Puts files in place together, all of them or none; the first one is the last to get its name.
  package static func publish(_ files: [AtomicFile]) throws(FileError) {
    guard !files.isEmpty else { return }
    try Publication(files).run()
  }

  /// Waits until the content is on the disk.
  func synchronize() throws(FileError) {
    guard fsync(descriptor) == 0 else { throw FileError(path: path, .cannotWrite(code: errno)) }
  }

  /// Gives the file its name, which must be free; a file that came there in the meantime stays.
  func takeName() throws(FileError) {
    // linkat(AT_EMPTY_PATH) would need a privilege; the way through /proc does not.
    let source = temporary?.path ?? "/proc/self/fd/\(descriptor)"
    var done = linkat(AT_FDCWD, source, AT_FDCWD, destination, AT_SYMLINK_FOLLOW) == 0
    if !done, let temporary, errno == EPERM || errno == EOPNOTSUPP, access(destination, F_OK) != 0 {
      // A file system without hard links.
      done = rename(temporary.path, destination) == 0
    }
    guard done else {
      throw FileError(path: path, errno == EEXIST ? .alreadyExists : .cannotPublish(code: errno))
    }
    temporary?.remove()
    state.isPublished = true
  }

  /// What a note says of it.
  func entry() throws(FileError) -> PublicationNote.Entry {
    guard let identity = FileIdentity(descriptor: descriptor) else {
      throw FileError(path: path, .cannotPublish(code: errno))
    }
    return PublicationNote.Entry(path: destination, new: identity)
  }

  /// Its name was taken away again.
  func forgetName() { state.isPublished = false }
}
