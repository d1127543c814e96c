import Diagnostics

/// What is wrong with a JSON text, and where. Facts here; the wording is in `JSONMessages.swift`.
package struct JSONError: Error, Sendable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    case tooLong(limit: Int)
    case tooDeep(limit: Int)
    case expected(String, found: String)
    case trailing(found: String)
    case unclosedString
    case controlInString
    case badEscape(String)
    case badNumber(String)
    case notUTF8
    case repeatedKey(String, firstLine: Int)
    case expectedValue(String, for: String, found: String)
    case unknownKey(String, in: String, known: [String])
    case missingKey(String, in: String)
  }

  /// The facts.
  package let reason: Reason
  /// Where.
  package let place: SourcePlace

  /// Makes an error from its parts.
  package init(_ reason: Reason, at place: SourcePlace) {
    self.reason = reason
    self.place = place
  }
}
