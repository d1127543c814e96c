@preconcurrency import Glibc

/// A temporary file without a name: what one process writes to it another reads later, so neither waits for the other as with a pipe.
///
/// The file is gone when the last reference is.
package final class UnnamedFile {
  private let file: UnsafeMutablePointer<FILE>

  /// An empty file; nil where no file can be made.
  package init?() {
    guard let file = tmpfile() else { return nil }
    self.file = file
  }

  /// A file to be read from its start; nil where there is no room for it.
  package convenience init?(holding text: String) {
    self.init()
    let bytes = Array(text.utf8)
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count, fflush(file) == 0 else { return nil }
    rewind(file)
  }

  deinit { fclose(file) }

  /// What a child process is given.
  var descriptor: Int32 { fileno(file) }

  /// The first bytes, or all.
  package func content(limit: Int = .max) -> [UInt8] {
    rewind(file)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while bytes.count < limit {
      let count = fread(&buffer, 1, min(buffer.count, limit - bytes.count), file)
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    return bytes
  }

  /// The first bytes, or all, as text.
  package func text(limit: Int = .max) -> String { String(decoding: content(limit: limit), as: UTF8.self) }

  /// The last bytes as text.
  package func end(limit: Int) -> String {
    fseek(file, 0, SEEK_END)
    fseek(file, max(0, ftell(file) - limit), SEEK_SET)
    var bytes = [UInt8](repeating: 0, count: limit)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
