/// Why a text is not YAML: libyaml's complaint as a fact of ours.
package enum YAMLProblem: Sendable, Equatable {
  case outOfMemory
  case invalidUTF8
  case controlCharacter
  case unclosedQuote
  case documentMarkerInQuotes
  case unknownEscape
  case badEscapeDigits
  case missingColon
  case misplacedListItem
  case misplacedKey
  case misplacedValue
  case tabIndentation
  case cannotStart
  case expectedKey
  case expectedListItem
  case expectedValue
  case unclosedList
  case unclosedMapping
  case badAnchor
  case badTag
  case badBlockHeader
  case badDirective
  case expectedDocumentStart
  case other(String)

  init(reader problem: String) {
    self = problem == "control characters are not allowed" ? .controlCharacter : .invalidUTF8
  }

  init(problem: String, context: String) {
    self =
      switch problem {
      case "found unexpected end of stream": .unclosedQuote
      case "found unexpected document indicator": .documentMarkerInQuotes
      case "found unknown escape character": .unknownEscape
      case "did not find expected hexdecimal number", "found invalid Unicode character escape code":
        .badEscapeDigits
      case "could not find expected ':'": .missingColon
      case "block sequence entries are not allowed in this context": .misplacedListItem
      case "mapping keys are not allowed in this context": .misplacedKey
      case "mapping values are not allowed in this context", "found unexpected ':'": .misplacedValue
      case "found a tab character that violates indentation",
        "found a tab character where an indentation space is expected":
        .tabIndentation
      case "found character that cannot start any token": .cannotStart
      case "did not find expected key": .expectedKey
      case "did not find expected '-' indicator": .expectedListItem
      case "did not find expected node content": .expectedValue
      case "did not find expected ',' or ']'": .unclosedList
      case "did not find expected ',' or '}'": .unclosedMapping
      case "found an indentation indicator equal to 0": .badBlockHeader
      case "did not find expected <document start>": .expectedDocumentStart
      case "did not find expected alphabetic or numeric character": .badAnchor
      case "found undefined tag handle": .badTag
      default: YAMLProblem.byContext(problem: problem, context: context)
      }
  }

  /// Whether the start of what libyaml was reading tells more than the spot where it gave up.
  var pointsAtStart: Bool {
    switch self {
    case .unclosedQuote, .missingColon: true
    default: false
    }
  }

  private static func byContext(problem: String, context: String) -> YAMLProblem {
    switch context {
    case "while scanning a block scalar": .badBlockHeader
    case "while scanning an anchor", "while scanning an alias": .badAnchor
    case "while scanning a tag", "while parsing a tag": .badTag
    case "while scanning a directive", "while scanning a %YAML directive", "while scanning a %TAG directive":
      .badDirective
    default: problem.contains("directive") ? .badDirective : .other(problem)
    }
  }
}
