import Glibc

/// Which file something is, and whether it has been written to since.
struct FileIdentity: Equatable, Sendable {
  let device: UInt64
  let number: UInt64
  let byteCount: Int
  /// The time of the last write, in nanoseconds.
  let written: Int

  init(device: UInt64, number: UInt64, byteCount: Int, written: Int) {
    self.device = device
    self.number = number
    self.byteCount = byteCount
    self.written = written
  }

  init(_ status: stat) {
    self.init(
      device: UInt64(status.st_dev), number: UInt64(status.st_ino), byteCount: Int(status.st_size),
      written: status.st_mtim.tv_sec &* 1_000_000_000 &+ status.st_mtim.tv_nsec)
  }

  /// The file at a path; nil where there is none.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  /// An open file.
  init?(descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }
}
