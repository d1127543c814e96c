import Glibc

/// A regular file open for reading at any offset, from any thread; or bytes in memory that stand for one.
///
/// Read with `pread`, not mapped: a file that another process cuts short gives an error here and a
/// signal there, and nothing that was read stays in this process's memory.
package final class InputFile: Sendable {
  /// The path as the user wrote it.
  package let path: String
  /// The size when the file was opened, in bytes.
  package let byteCount: Int
  /// The open descriptor, closed with this object; −1 for bytes in memory.
  package let descriptor: Int32
  /// The file as it was when it was opened; nil for bytes in memory.
  private let identity: FileIdentity?
  private let content: [UInt8]

  /// Opens the file at `path`.
  package convenience init(path: String) throws(FileError) {
    // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(path: path, .cannotOpen(code: errno)) }
    try self.init(owning: descriptor, path: path)
  }

  /// Takes over an open descriptor; `path` is only what messages say.
  package init(owning descriptor: Int32, path: String) throws(FileError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw FileError(path: path, .cannotOpen(code: code))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileError(path: path, .notRegular)
    }
    self.path = path
    self.descriptor = descriptor
    identity = FileIdentity(status)
    content = []
    byteCount = Int(status.st_size)
  }

  /// Wraps bytes as if they were a file's; `path` is only what messages say.
  package init(bytes: [UInt8], path: String) {
    self.path = path
    descriptor = -1
    identity = nil
    content = bytes
    byteCount = bytes.count
  }

  /// Refuses a file that somebody has written to since it was opened, or put another one in the place of.
  package func checkUnchanged() throws(FileError) {
    guard let identity else { return }
    guard FileIdentity(descriptor: descriptor) == identity, FileIdentity(path: path) == identity else {
      throw FileError(path: path, .changed)
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Fills `buffer` from `offset` on; a file that is too short is an error.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(FileError) {
    let got = try readUpTo(buffer.count, at: offset, into: buffer)
    guard got == buffer.count else {
      throw FileError(path: path, .endedEarly(offset: offset + got, expected: byteCount))
    }
  }

  /// Reads at most `count` bytes from `offset` on; fewer only at the end of the file.
  package func readUpTo(_ count: Int, at offset: Int, into buffer: UnsafeMutableRawBufferPointer)
    throws(FileError) -> Int
  {
    if descriptor < 0 {
      let available = content[min(offset, content.count)...].prefix(count)
      buffer.copyBytes(from: available)
      return available.count
    }
    var done = 0
    while done < count {
      let got = pread(descriptor, buffer.baseAddress! + done, count - done, offset + done)
      if got < 0 {
        if errno == EINTR { continue }
        throw FileError(path: path, .cannotRead(code: errno, offset: offset + done))
      }
      if got == 0 { break }
      done += got
    }
    return done
  }
}
