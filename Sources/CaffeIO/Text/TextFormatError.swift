import Diagnostics

/// What is wrong with a text that is no protobuf text, and where.
package struct TextFormatError: DiagnosticError, Equatable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// A field name was due.
    case expectedName(found: String)
    /// `:`, `{` or `<` was due behind a name.
    case expectedColon(name: String, found: String)
    /// A value was due.
    case expectedValue(name: String, found: String)
    /// `,` or `]` was due in a list.
    case expectedComma(name: String, found: String)
    /// A word behind a minus sign that is no number.
    case negativeWord(String)
    /// Not a number of any form.
    case badNumber(String)
    /// A number with a leading zero that has the digits 8 or 9.
    case badOctal(String)
    /// A string runs into the end of its line or of the text.
    case openString(quote: String)
    /// An escape that protobuf does not have.
    case badEscape(String)
    /// `]` of an extension's name is missing.
    case openExtensionName
    /// A bracket that closes nothing.
    case strayCloser(String)
    /// A bracket that is not the one that is open.
    case wrongCloser(String, expected: String, name: String)
    /// The text ends inside of a message or list.
    case unclosed(expected: String, name: String)
    /// Messages nest too deep.
    case tooDeep(limit: Int)
    /// The text is too large.
    case tooLarge(byteCount: Int, limit: Int)
    /// A byte that no text has.
    case binary(UInt8)
    /// A file of another kind, told by its first bytes.
    case foreign(ForeignFile)
    /// UTF-16, told by its byte-order mark.
    case utf16
  }

  /// The facts.
  package let reason: Reason
  /// Where.
  package let place: SourcePlace
  /// The same place as a byte offset.
  package let offset: Int
  /// Where the bracket opened that the message speaks of.
  package let opening: SourcePlace?

  /// Gives a problem its place in `source`.
  init(_ problem: TextProblem, in source: SourceText) {
    reason = problem.reason
    offset = problem.offset
    place = source.place(at: problem.offset)
    opening = problem.opening.map(source.place(at:))
  }
}

/// A problem at a byte offset: what scanning throws, cheap because no place is looked up.
struct TextProblem: Error {
  var reason: TextFormatError.Reason
  var offset: Int
  var opening: Int?

  init(_ reason: TextFormatError.Reason, at offset: Int, opening: Int? = nil) {
    self.reason = reason
    self.offset = offset
    self.opening = opening
  }
}
