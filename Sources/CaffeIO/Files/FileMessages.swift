import Diagnostics
import Glibc

// The wording of everything that can go wrong with a file.

extension FileError {
  /// The message for the user.
  package var diagnostic: Diagnostic {
    switch problem {
    case .cannotOpen(let code):
      let remedy = path == "-" ? "; standard input is not read, give the path of a file" : ""
      return Diagnostic(.error, at: .file(path), "cannot be opened: \(systemMessage(code))\(remedy)")
    case .notRegular:
      return Diagnostic(.error, at: .file(path), "is not a regular file")
    case .tooLarge(let byteCount, let limit):
      return Diagnostic(
        .error, at: .file(path), "has \(byteCount) bytes; a file of this kind may have \(limit) at most")
    case .cannotRead(let code, let offset):
      return Diagnostic(
        .error, at: .byte(path: path, offset: offset), "cannot be read: \(systemMessage(code))")
    case .endedEarly(let offset, let expected):
      return Diagnostic(
        .error, at: .byte(path: path, offset: offset),
        "the file ends here, it had \(expected) bytes when it was opened; is it still being written?")
    case .cannotCreateFolder(let code):
      return Diagnostic(
        .error, at: .file(path), "the folder for this output cannot be made: \(systemMessage(code))")
    case .cannotCreate(let code):
      return Diagnostic(.error, at: .file(path), "cannot be created: \(systemMessage(code))")
    case .cannotWrite(let code):
      return Diagnostic(.error, at: .file(path), "cannot be written: \(systemMessage(code))")
    case .cannotPublish(let code):
      return Diagnostic(.error, at: .file(path), "cannot be put in place: \(systemMessage(code))")
    case .busy:
      return Diagnostic(
        .error, at: .file(path),
        "cannot be put in place: another run of caffold holds the folder; wait for it to end")
    case .changed:
      return Diagnostic(
        .error, at: .file(path), "has changed during this run; nothing was written; run it again")
    case .alreadyExists:
      return Diagnostic(
        .error, at: .file(path), "exists already; choose another output or give --force to replace it")
    case .isInput(let input):
      let same = input == path ? "is an input of this run" : "is the input '\(input)'"
      return Diagnostic(
        .error, at: .file(path), "\(same); choose another output or give --force to replace it")
    case .isOtherOutput(let other):
      let same = other == path ? "is named for two outputs" : "is the same file as the output '\(other)'"
      return Diagnostic(.error, at: .file(path), "\(same); give them different paths")
    }
  }

  /// The system's own words for an error number, as part of a sentence.
  private func systemMessage(_ code: Int32) -> String {
    let words = String(cString: strerror(code))
    return words.prefix(1).lowercased() + words.dropFirst()
  }
}
