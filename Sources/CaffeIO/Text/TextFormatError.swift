import Diagnostics

/// What is wrong with a text that is no protobuf text.
package struct TextFormatError: DiagnosticError, Equatable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// A field name was due.
    case expectedField(found: String)
    /// A value was due.
    case expectedValue(field: String, found: String)
    /// `:` or a message was due.
    case expectedColon(field: String, found: String)
    /// A message or list was not closed.
    case unclosed(String, field: String, openedAt: Int)
    /// A bracket that closes nothing, or the wrong one.
    case unexpectedBracket(String)
    /// A string ran into the end of its line or of the text.
    case unterminatedString(quote: String)
    /// An escape that protobuf does not know.
    case badEscape(String)
    /// A number that cannot be read.
    case badNumber(String)
    /// In a list, `,` or `]` was due.
    case expectedComma(found: String)
    /// Nested deeper than the limit.
    case tooDeep(limit: Int)
    /// Larger than the limit.
    case tooLarge(byteCount: Int, limit: Int)
    /// The text is some other kind of file.
    case notText(String)
  }

  /// The facts.
  package let reason: Reason
  /// Where.
  package let place: SourcePlace

  /// The message for the user.
  package var diagnostic: Diagnostic {
    let sentence: String
    switch reason {
    case .expectedField(let found): sentence = "expected a field name, found \(found)"
    case .expectedValue(let field, let found): sentence = "expected a value for '\(field)', found \(found)"
    case .expectedColon(let field, let found):
      sentence = "expected ':' or '{' after '\(field)', found \(found)"
    case .unclosed(let bracket, let field, let line):
      sentence = "expected '\(bracket)' to close '\(field)' of line \(line), found the end of the file"
    case .unexpectedBracket(let bracket): sentence = "'\(bracket)' closes nothing"
    case .unterminatedString(let quote):
      sentence = "the string is not closed; expected \(quote) before the end of the line"
    case .badEscape(let escape): sentence = "unknown escape '\(escape)' in a string"
    case .badNumber(let text): sentence = "'\(text)' is not a number"
    case .expectedComma(let found): sentence = "expected ',' or ']' in the list, found \(found)"
    case .tooDeep(let limit): sentence = "messages nest deeper than \(limit) levels"
    case .tooLarge(let byteCount, let limit):
      return Diagnostic(
        .error, at: .file(place.path), "the text has \(byteCount) bytes, the limit is \(limit)")
    case .notText(let kind):
      return Diagnostic(.error, at: .file(place.path), "expected a net definition as text, found \(kind)")
    }
    return Diagnostic(.error, at: .text(place), sentence)
  }
}
