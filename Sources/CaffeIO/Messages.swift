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

  private var sentence: String { Self.sentence(reason, openingLine: opening?.line ?? 0) }

  fileprivate static func sentence(_ reason: Reason, openingLine: Int = 0) -> String {
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
      "expected '\(expected)' to close '\(name)' of line \(openingLine), found '\(bracket)'"
    case .unclosed(let expected, let name):
      "expected '\(expected)' to close '\(name)' of line \(openingLine), found the end of the text"
    case .tooDeep(let limit): "messages nest deeper than \(limit) levels"
    case .tooLarge(let byteCount, let limit): "the text has \(byteCount) bytes, the limit is \(limit)"
    case .binary(let byte):
      // 08 is the tag of an ONNX file's first field; the weights of a net begin with another one.
      "expected text, found the byte 0x\(hexadecimal(byte)); is it \(byte == 8 ? "an ONNX file? inspect, graph and verify read those" : "a .caffemodel? give that as the weights")"
    case .foreign(let file): "expected a net definition as text, found \(file.textPhrase)"
    case .utf16: "the text is UTF-16; save it as UTF-8"
    }
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
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

extension SchemaError {
  /// The message for the user.
  package var diagnostic: Diagnostic {
    switch reason {
    case .tooLarge, .noLayerMessage: return Diagnostic(.error, at: .file(place.path), sentence)
    default: return Diagnostic(.error, at: .text(place), sentence)
    }
  }

  private var sentence: String {
    switch reason {
    case .expected(let what, let found): "expected \(what), found \(found)"
    case .token(let reason): TextFormatError.sentence(reason)
    case .openComment: "the comment does not end; is a '*/' missing?"
    case .unclosed(let name): "expected '}' to close '\(name)', found the end of the file"
    case .unknownSyntax(let syntax):
      "the file is \(syntax), expected proto2, which Caffe's files are written in"
    case .missingLabel(let found):
      "expected 'optional', 'required', 'repeated' or a declaration, found '\(found)'"
    case .badNumber(let number, let field):
      "'\(number)' is no number for '\(field)'; fields have 1 to 536870911, enum values 32 bits"
    case .reservedNumber(let number, let field):
      "'\(field)' has the number \(number), but protobuf keeps 19000 to 19999 for itself"
    case .repeatedNumber(let number, let field, let first, let message):
      "'\(field)' has the number \(number) in '\(message)', which '\(first)' has already"
    case .repeatedName(let name, let owner): "'\(name)' is declared twice in '\(owner)'"
    case .unknownType(let type, let field, let nearest):
      "nothing declares the type '\(type)' of '\(field)'\(clause(nearest))"
    case .badDefault(let value, let field, let expected):
      "the default of '\(field)' is \(value), expected \(expected)"
    case .unknownDefault(let value, let field, let type, let nearest):
      "the default of '\(field)' is '\(value)', which '\(type)' lacks\(clause(nearest))"
    case .needlessDefault(let field): "'\(field)' cannot have a default; only single values can"
    case .emptyEnum(let name): "the enum '\(name)' has no values; it needs at least one"
    case .tooDeep(let limit): "messages nest deeper than \(limit) levels"
    case .noLayerMessage(let name):
      "the file declares no '\(name)', so no layer could have its fields; the part that a fork adds is enough: 'message \(name) { optional MyParameter my_param = 1000; }'"
    case .movedField(let field, let message, let found, let expected):
      "'\(field)' of '\(message)' has the number \(found), expected \(expected): weights are read by that number, in every fork known"
    case .takenField(let field, let message, let number, let other):
      "'\(field)' of '\(message)' has the number \(number), by which '\(other)' is read; use another one"
    case .tooLarge(let byteCount, let limit): "the file has \(byteCount) bytes, the limit is \(limit)"
    }
  }

  private func clause(_ nearest: String?) -> String { nearest.map { "; did you mean '\($0)'?" } ?? "" }
}

extension SchemaConflict {
  /// The message for the user.
  package var diagnostic: Diagnostic {
    let said =
      switch kind {
      case .number(let found, let caffe):
        "has the number \(found) here and \(caffe) elsewhere"
      case .type(let found, let caffe): "is '\(found)' here and '\(caffe)' elsewhere"
      case .taken(let number, let other): "has the number \(number), elsewhere that of '\(other)'"
      }
    return Diagnostic(.warning, at: .text(place), "'\(field)' of '\(message)' \(said); this file is followed")
  }
}
