import Diagnostics
import Glibc

/// A file that cannot be read, made or put in place.
package struct FileError: DiagnosticError, Equatable {
  /// What went wrong; `code` is the value of `errno`.
  package enum Problem: Sendable, Equatable {
    /// The file cannot be opened for reading.
    case cannotOpen(code: Int32)
    /// The path names a folder, a pipe or a device.
    case notRegular
    /// The file has more bytes than are read of such a file.
    case tooLarge(byteCount: Int, limit: Int)
    /// Reading failed at a byte offset.
    case cannotRead(code: Int32, offset: Int)
    /// The file is shorter than it was when it was opened.
    case endedEarly(offset: Int, expected: Int)
    /// The folder for an output cannot be made.
    case cannotCreateFolder(code: Int32)
    /// The output cannot be created in its folder.
    case cannotCreate(code: Int32)
    /// Writing the output failed.
    case cannotWrite(code: Int32)
    /// The finished output cannot be given its name.
    case cannotPublish(code: Int32)
    /// Another run puts files in place in the same folder and does not come to an end.
    case busy
    /// The file has been written to or replaced since it was opened.
    case changed
    /// The output is there already.
    case alreadyExists
    /// The output is the input `input`.
    case isInput(input: String)
    /// Both outputs are the same file.
    case isOtherOutput(other: String)

    /// Whether the folder of an output is missing.
    var isFolderMissing: Bool {
      switch self {
      case .cannotCreateFolder(let code), .cannotCreate(let code), .cannotPublish(let code): code == ENOENT
      default: false
      }
    }
  }

  /// The path as the user wrote it.
  package var path: String
  /// What went wrong.
  package var problem: Problem

  /// Makes an error from its facts.
  package init(path: String, _ problem: Problem) {
    self.path = path
    self.problem = problem
  }
}
