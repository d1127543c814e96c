/// How many bytes of a file are read into memory (Documentation/Limits.md).
package enum FileLimits {
  /// Net definitions, input values and plan files.
  package static let text = 1 << 29
  /// Rule files and project files, lists of a batch, forks' schemas.
  package static let settings = 1 << 26
}
