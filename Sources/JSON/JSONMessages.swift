import Diagnostics

// All wording of this target.

extension JSONError: DiagnosticError {
  /// The message for the user.
  package var diagnostic: Diagnostic { Diagnostic(.error, at: .text(place), sentence) }

  private var sentence: String {
    switch reason {
    case .tooLong(let limit): "the text is longer than \(limit) bytes, the most that is read"
    case .tooDeep(let limit): "lists and objects are nested more than \(limit) deep"
    case .expected(let what, let found): "expected \(what), found \(found)"
    case .trailing(let found): "expected the end of the text, found \(found)"
    case .unclosedString: "this string has no closing quote on its line"
    case .controlInString: "a control character stands in this string; write it as '\\u00XX'"
    case .badEscape(let text):
      "'\(text)' is no escape of JSON; use \\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\uXXXX"
    case .badNumber(let text): "'\(text)' is no number of JSON"
    case .notUTF8: "this string is not UTF-8"
    case .repeatedKey(let key, let line): "'\(key)' occurs twice in this object; first in line \(line)"
    case .expectedValue(let what, let key, let found): "expected \(what) for '\(key)', found \(found)"
    case .unknownKey(let key, let object, let known):
      "'\(key.prefix(60))' is not known in '\(object)'"
        + (Suggestion.nearest(to: key, among: known).map { "; did you mean '\($0)'?" }
          ?? "; there are \(known.map { "'\($0)'" }.joined(separator: ", "))")
    case .missingKey(let key, let object): "'\(object)' needs '\(key)', which is missing"
    }
  }
}
