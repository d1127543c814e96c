import Diagnostics

/// What is wrong with a project file beside its form. Facts and wording.
enum ProjectFileError: DiagnosticError {
  /// A tolerance below zero.
  case badTolerance(SourcePlace)
  /// A path that leads to nothing.
  case nothingThere(path: String, SourcePlace)
  /// The file of another user.
  case ofAnotherUser(path: String)

  var diagnostic: Diagnostic {
    switch self {
    case .badTolerance(let place):
      return Diagnostic(.error, at: .text(place), "a tolerance must not be negative")
    case .nothingThere(let path, let place):
      return Diagnostic(
        .error, at: .text(place),
        "there is nothing at '\(path)'; paths in a project file are relative to its folder")
    case .ofAnotherUser(let path):
      return Diagnostic(
        .error, at: .file(path),
        "this project file belongs to another user; --config \(path) reads it, --no-config leaves it out")
    }
  }
}
