import Diagnostics

/// What is wrong with a `.proto` file, and where.
package struct SchemaError: DiagnosticError, Equatable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// Something else was due, as the message says it: `'='`, `a field name`.
    case expected(String, found: String)
    /// A malformed number or string.
    case token(TextFormatError.Reason)
    /// A `/*` comment does not end.
    case openComment
    /// A block does not end.
    case unclosed(name: String)
    /// The file is for another version of the language.
    case unknownSyntax(String)
    /// No label before a field.
    case missingLabel(String)
    /// A field number out of range.
    case badNumber(String, field: String)
    /// A field number in the range that protobuf keeps for itself.
    case reservedNumber(Int, field: String)
    /// Two fields of a message with one number.
    case repeatedNumber(Int, field: String, first: String, message: String)
    /// Two fields of a message, or two types or values, with one name.
    case repeatedName(String, of: String)
    /// A type that nothing declares.
    case unknownType(String, field: String, suggestion: String?)
    /// A default that its type cannot have.
    case badDefault(String, field: String, expected: String)
    /// A default of an enumeration that lacks it.
    case unknownDefault(String, field: String, type: String, suggestion: String?)
    /// A default where there can be none.
    case needlessDefault(field: String)
    /// An enumeration without values.
    case emptyEnum(String)
    /// Types nest too deep.
    case tooDeep(limit: Int)
    /// The file of a fork declares no message of a layer.
    case noLayerMessage(String)
    /// A field that is found by its number, under another one.
    case movedField(String, message: String, found: Int, expected: Int)
    /// A field under the number of one that is found by it.
    case takenField(String, message: String, number: Int, by: String)
    /// The file is too large.
    case tooLarge(byteCount: Int, limit: Int)
  }

  /// The facts.
  package let reason: Reason
  /// Where.
  package let place: SourcePlace
}

/// A problem at a byte offset, without its place yet.
struct SchemaProblem: Error {
  var reason: SchemaError.Reason
  var offset: Int

  init(_ reason: SchemaError.Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}
