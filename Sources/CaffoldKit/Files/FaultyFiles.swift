import Diagnostics

/// Everything that is wrong with files that were read together.
public struct FaultyFiles: DiagnosticError {
  /// How many errors of a net definition are told.
  static let limit = 10

  /// The errors, in the order they were found; never empty.
  public let diagnostics: [Diagnostic]

  /// Gathers errors, of which there is at least one.
  init(_ errors: [any DiagnosticError]) { diagnostics = errors.map(\.diagnostic) }

  /// The first error.
  public var diagnostic: Diagnostic { diagnostics[0] }
}
