import Diagnostics

// The wording of everything that can be wrong with a text or a schema; the wire format's is in
// Wire/WireMessages.swift.

extension TextFormatError {
  /// The message for the user.
  package var diagnostic: Diagnostic {
    switch reason {
    case .tooLarge, .foreign, .utf16:
      return Diagnostic(.error, at: .file(place.path), sentence)
    case .binary:
      return Diagnostic(.error, at: .byte(path: place.path, offset: offset), sentence)
    default:
      return Diagnostic(.error, at: .text(place), sentence)
    }
  }

  private var sentence: String {
    switch reason {
    case .expectedName(let found): "expected a field name, found \(found)"
    case .expectedColon(let name, let found): "expected ':' or '{' after '\(name)', found \(found)"
    case .expectedValue(let name, let found): "expected a value for '\(name)', found \(found)"
    case .expectedComma(let name, let found): "expected ',' or ']' in the list '\(name)', found \(found)"
    case .negativeWord(let word): "expected a number after '-', found '\(word)'"
    case .badNumber(let text): "'\(text)' is not a number"
    case .badOctal(let text):
      "'\(text)' is not a number: one with a leading zero is octal; remove the zero if it is decimal"
    case .openString(let quote): "the string does not end on its line; is a \(quote) missing?"
    case .badEscape(let escape): "'\(escape)' is no escape of a string; write '\\\\' for a backslash"
    case .openExtensionName: "the extension name has no ']'"
    case .strayCloser(let bracket): "'\(bracket)' closes nothing"
    case .wrongCloser(let bracket, let expected, let name):
      "expected '\(expected)' to close '\(name)' of line \(opening?.line ?? 0), found '\(bracket)'"
    case .unclosed(let expected, let name):
      "expected '\(expected)' to close '\(name)' of line \(opening?.line ?? 0), found the end of the text"
    case .tooDeep(let limit): "messages nest deeper than \(limit) levels"
    case .tooLarge(let byteCount, let limit): "the text has \(byteCount) bytes, the limit is \(limit)"
    case .binary(let byte):
      "expected text, found the byte 0x\(hexadecimal(byte)); is it a .caffemodel? give that as the weights"
    case .foreign(let file): "expected a net definition as text, found \(file.textPhrase)"
    case .utf16: "the text is UTF-16; save it as UTF-8"
    }
  }

  private func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }
}

extension ForeignFile {
  /// What the file is, for somebody who gave it as a net definition.
  fileprivate var textPhrase: String {
    switch self {
    case .empty: "an empty file"
    case .compressed(let format): "\(format) data; unpack it first"
    case .webPage: "a web page; the download seems to have failed"
    case .gitLFSPointer: "a git-lfs pointer; run 'git lfs pull' first"
    case .otherFormat(let format): "\(format) data"
    case .text: "another kind of text"
    }
  }
}
