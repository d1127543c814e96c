/// A message to the user: what is wrong, where, and how to mend it.
///
/// Printed as `place: error: sentence`, then the source line with a caret where there is one, then
/// `note:` lines. The sentence is lower case without a full stop, with the user's own words in single
/// quotes and the remedy last.
public struct Diagnostic: Sendable, Equatable {
  /// How bad it is.
  public enum Severity: String, Sendable {
    /// The run stops.
    case error
    /// The run goes on; the user should know.
    case warning
    /// Belongs to the message before it.
    case note
  }

  /// Where a message points.
  public enum Location: Sendable, Equatable {
    /// Nowhere in particular.
    case none
    /// A whole file.
    case file(String)
    /// A byte of a binary file.
    case byte(path: String, offset: Int)
    /// A line and column of a text file.
    case text(SourcePlace)
  }

  /// How bad it is.
  public var severity: Severity
  /// Where it points.
  public var location: Location
  /// The sentence.
  public var sentence: String
  /// Further sentences, printed as `note: …`.
  public var notes: [String]

  /// Makes a diagnostic from its parts.
  public init(
    _ severity: Severity, at location: Location, _ sentence: String, notes: [String] = []
  ) {
    self.severity = severity
    self.location = location
    self.sentence = sentence
    self.notes = notes
  }

  /// The sentence with its place before it, on one line: for use inside another message.
  public var headline: String {
    switch location {
    case .none: return sentence
    case .file(let path): return "\(path): \(sentence)"
    case .byte(let path, let offset): return "\(path): byte \(offset): \(sentence)"
    case .text(let place): return "\(place.description): \(sentence)"
    }
  }

  /// The message as it is printed, without a line end after it.
  public var text: String {
    var lines: [String] = []
    switch location {
    case .none: lines.append("\(severity.rawValue): \(sentence)")
    case .file(let path): lines.append("\(path): \(severity.rawValue): \(sentence)")
    case .byte(let path, let offset):
      lines.append("\(path): byte \(offset): \(severity.rawValue): \(sentence)")
    case .text(let place):
      lines.append("\(place.description): \(severity.rawValue): \(sentence)")
      lines.append(place.excerpt)
    }
    lines += notes.map { "note: \($0)" }
    return lines.joined(separator: "\n")
  }
}

/// An error that can say itself to the user. Errors carry facts; each target has one file that words its own.
public protocol DiagnosticError: Error, Sendable {
  /// The message for the user.
  var diagnostic: Diagnostic { get }
}
