import Diagnostics

// The wording of everything that reading YAML can complain about.

extension YAMLError: DiagnosticError {
  /// The message for the user.
  package var diagnostic: Diagnostic {
    var notes: [String] = []
    if case .duplicateKey(let key, let first) = kind {
      notes.append("'\(clipped(key))' was first given at \(first.description)")
    }
    if case .malformed(let problem) = kind, let opened {
      notes.append("the \(problem == .unclosedList ? "list" : "mapping") was opened at \(opened.description)")
    }
    return Diagnostic(.error, at: .text(place), kind.sentence, notes: notes)
  }
}

extension YAMLError.Kind {
  fileprivate var sentence: String {
    switch self {
    case .tooLong(let bytes, let limit):
      "the file has \(bytes) bytes, at most \(limit) are read; split it into several files"
    case .notUTF8(let encoding): "the file is \(encoding); save it as UTF-8"
    case .malformed(let problem): problem.sentence
    case .noDocument: "the file is empty, expected a YAML mapping"
    case .severalDocuments: "a second YAML document begins here, expected one per file; remove the '---'"
    case .tooDeep(let limit): "lists and mappings are nested more than \(limit) deep"
    case .tooManyNodes(let limit):
      "the file has more than \(limit) values when its aliases are expanded"
    case .scalarTooLong(let length, let limit):
      "this text has \(length) bytes, at most \(limit) are read"
    case .duplicateKey(let key, _): "key '\(clipped(key))' is given twice; remove one"
    case .unknownAlias(let name, let known):
      "alias '*\(clipped(name))' names no anchor before it"
        + (Suggestion.nearest(to: name, among: known).map { "; did you mean '*\($0)'?" } ?? "")
    case .circularAlias(let name): "alias '*\(clipped(name))' stands inside what it names"
    case .unknownTag(let tag): "tag '\(clipped(tag))' is not known here; remove it"
    case .wrongTag(let tag, let found): "tag '\(clipped(tag))' does not fit \(found.phrase)"
    case .complexKey(let found): "expected a word as key, found \(found.phrase)"
    case .unknownKey(let key, let allowed):
      "unknown key '\(clipped(key))'" + unknownKeyRemedy(key, allowed)
    case .mergeKey: "merge keys ('<<') are not read; write the keys out"
    case .missingKey(let key, let owner): "key '\(key)' is missing in this \(owner)"
    case .wrongKind(let subject, let expected, let found):
      "expected \(expected.phrase) \(subject.phrase), found \(found.phrase)"
    case .notOneOf(let subject, let allowed, let found):
      "expected \(alternatives(allowed)) \(subject.phrase), found '\(clipped(found))'"
        + Suggestion.clause(for: found, among: allowed)
    }
  }

  private func unknownKeyRemedy(_ key: String, _ allowed: [String]) -> String {
    // `{where: all(x, 1)}` is cut at its comma.
    let brackets = key.filter { "()".contains($0) }
    if brackets.hasPrefix(")") {
      return "; put a value that has a comma in it in quotes"
    }
    let near = Suggestion.clause(for: key, among: allowed)
    if !near.isEmpty || allowed.isEmpty { return near }
    return allowed.count <= 12 ? "; expected \(alternatives(allowed))" : ""
  }
}

extension YAMLProblem {
  fileprivate var sentence: String {
    switch self {
    case .outOfMemory: "not enough memory to read this file"
    case .invalidUTF8: "this byte is not valid UTF-8; save the file as UTF-8"
    case .controlCharacter:
      "control character in the text; remove it or write it as an escape in double quotes"
    case .unclosedQuote: "this quoted text is not closed before the end of the file"
    case .documentMarkerInQuotes: "a document marker stands inside a quoted text; close the quotes before it"
    case .unknownEscape: #"unknown escape in double quotes; write '\\' for a backslash, or use single quotes"#
    case .badEscapeDigits: "the escape does not name a Unicode character"
    case .missingColon: "expected ':' behind this key"
    case .misplacedListItem: "a list item cannot begin here; put '- ' on a line of its own, indented alike"
    case .misplacedKey: "a key cannot begin here; check the indentation"
    case .misplacedValue: "':' cannot stand here; put the text before it in quotes, or check the indentation"
    case .tabIndentation: "a tab cannot indent YAML; use spaces"
    case .cannotStart: "a value cannot begin with this character; put it in quotes"
    case .expectedKey: "expected a key or the end of the mapping; check the indentation and the quotes"
    case .expectedListItem: "expected '- ' or the end of the list; check the indentation"
    case .expectedValue: "expected a value"
    case .unclosedList:
      "expected ',' or ']' in this list; put a value that has a bracket, brace or comma in it in quotes"
    case .unclosedMapping:
      "expected ',' or '}' in this mapping; put a value that has a bracket, brace or comma in it in quotes"
    case .badAnchor:
      "expected letters or digits as the name of an anchor or alias; quote text that begins with '&' or '*'"
    case .badTag: "not a valid tag; quote text that begins with '!'"
    case .badBlockHeader: "expected the end of the line behind '|' or '>', or an indentation from 1 to 9"
    case .badDirective: "not a valid YAML directive; remove the line"
    case .expectedDocumentStart: "expected the end of the file, found more text behind the document"
    case .other(let problem): "not valid YAML: \(problem)"
    }
  }
}

extension YAMLSubject {
  fileprivate var phrase: String {
    switch self {
    case .key(let key): "for '\(clipped(key))'"
    case .item(let key): "in the list of '\(clipped(key))'"
    case .thing(let name): "as \(name)"
    }
  }
}

extension YAMLExpectation {
  fileprivate var phrase: String {
    switch self {
    case .string: "a string"
    case .boolean: "true or false"
    case .integer: "a whole number"
    case .number: "a number"
    case .sequence: "a list"
    case .mapping: "a mapping"
    case .stringOrSequence: "a string or a list of strings"
    case .values: "a value, or a list or mapping of values"
    }
  }
}

extension YAMLDescription {
  /// The value as a message names it: `a list`, `the number 3`.
  package var phrase: String {
    switch self {
    case .sequence: "a list"
    case .mapping: "a mapping"
    case .null: "nothing"
    case .boolean(let value): "the boolean \(value)"
    case .number(let text): "the number \(clipped(text))"
    case .string(let text): "the string '\(clipped(text))'"
    }
  }
}
