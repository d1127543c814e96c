import Diagnostics

/// A field that is to be written.
package struct NewTextField: Sendable, Equatable {
  /// Its value.
  package indirect enum Value: Sendable, Equatable {
    /// A string, not yet quoted.
    case string(Name)
    /// A number or a bare word.
    case literal(String)
    /// A message.
    case message([NewTextField])
    /// A value as it was written elsewhere, quotes or brackets included.
    case verbatim(String)
  }

  /// Its name.
  package var name: String
  /// Its value.
  package var value: Value

  /// Makes a field.
  package init(name: String, value: Value) {
    self.name = name
    self.value = value
  }
}
