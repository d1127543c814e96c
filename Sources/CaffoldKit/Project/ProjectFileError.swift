import Diagnostics

/// What is wrong with a project file beside its form. Facts and wording.
enum ProjectFileError: DiagnosticError {
  /// A tolerance that makes everything equal, or nothing.
  case badTolerance(SourcePlace)
  /// A path that leads to nothing.
  case nothingThere(path: String, SourcePlace)
  /// A path to a file whose name does not end like that of a rule file, or of a schema.
  case otherFile(path: String, isProto: Bool, SourcePlace)
  /// The file of another user.
  case ofAnotherUser(path: String)

  var diagnostic: Diagnostic {
    switch self {
    case .badTolerance(let place):
      return Diagnostic(.error, at: .text(place), "a tolerance \(ToleranceRange.sentence)")
    case .nothingThere(let path, let place):
      return Diagnostic(
        .error, at: .text(place),
        "there is nothing at '\(path)'; paths in a project file are relative to its folder")
    case .otherFile(let path, let isProto, let place):
      return Diagnostic(
        .error, at: .text(place),
        isProto
          ? "'\(path)' is no schema: the name of a schema ends in .proto"
          : "'\(path)' is no rule file: the name of a rule file ends in .yaml or .yml")
    case .ofAnotherUser(let path):
      return Diagnostic(
        .error, at: .file(path),
        "this project file belongs to another user; --config \(path) reads it, --no-config leaves it out")
    }
  }
}
