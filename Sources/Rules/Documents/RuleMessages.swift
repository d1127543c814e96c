import Diagnostics

extension RuleError: DiagnosticError {
  /// The message for the user.
  package var diagnostic: Diagnostic {
    Diagnostic(.error, at: place.map(Diagnostic.Location.text) ?? .none, sentence)
  }

  private var sentence: String {
    switch reason {
    case .unknownSchema(let version):
      return "schema \(version) of the rule language is not known; this version reads 1"
    case .badID(let id):
      return "'\(id)' is no rule id; use lower-case letters, digits and hyphens, beginning with a letter"
    case .repeatedID(let id, let first): return "rule '\(id)' is defined twice; first at \(first)"
    case .unknownWord(let word, let what, let allowed):
      return "'\(word)' is not known for \(what)"
        + (Suggestion.nearest(to: word, among: allowed).map { "; did you mean '\($0)'?" }
          ?? "; use \(Self.list(allowed, or: true))")
    case .noCapture: return "'match' names no layer"
    case .badCaptureName(let name):
      return "'\(name)' is no capture name; use letters, digits and underscores, beginning with a letter"
    case .repeatedCapture(let name): return "capture '\(name)' is defined twice"
    case .unknownCapture(let name, let known):
      return "capture '\(name)' is not bound by this pattern" + Suggestion.clause(for: name, among: known)
    case .badBottom(let found):
      return
        "expected a capture, a value '$x', a list of them, {any_order: […]} or {one_of: …} for 'bottom', found \(found.phrase)"
    case .disconnected(let capture, let anchor):
      return "capture '\(capture)' is not connected with '\(anchor)'; say through 'bottom' what reads what"
    case .circular: return "every capture is read by another one: the pattern is a circle"
    case .excludedConnected(let capture):
      return
        "capture '\(capture)' is a layer that the phase leaves out; such a layer is not connected to anything"
    case .unknownKernel(let name, let known):
      let clause = Suggestion.clause(for: name, among: known)
      return "there is no kernel '\(name)'" + (clause.isEmpty ? "; there are \(Self.list(known))" : clause)
    case .unknownArgument(let name, let kernel, let known):
      return "kernel '\(kernel)' takes no '\(name)'" + Suggestion.clause(for: name, among: known)
    case .missingArgument(let name, let kernel): return "kernel '\(kernel)' needs '\(name)'"
    case .transformKind: return "a transform is either {kernel: …} or {set: …, to: …}"
    case .badTarget(let target):
      return "'\(target)' cannot be set; use 'capture.blobs[0]' or 'capture.some_param.field'"
    case .nothingHappens:
      return "the rule changes nothing: 'rewrite' neither removes nor replaces, and nothing is transformed"
    case .contradiction(let capture, let first, let second):
      return "capture '\(capture)' is under '\(first)' and under '\(second)'"
    case .replaceCount(let captures, let layers):
      return "'replace' names \(captures) and 'with' describes \(layers); give one layer for each"
    case .lostValue(let capture):
      return "'\(capture)' cannot be removed: what it reads is not said, so nothing could take its place"
    case .badName(let name):
      return "'\(name)' is no name template; write '{capture.name}' for the name of a matched layer"
    case .badParameter(let name, let found):
      return "expected a value or a mapping for '\(name)', found \(found.phrase)"
    case .badReason(let code, let known):
      return "there is no refusal reason '\(code)'" + Suggestion.clause(for: code, among: known)
    case .expectation(let found):
      return
        "expected 'unmatched', {layers: […]} or {refused: {reason: …}} for 'expect', found \(found.phrase)"
    case .unknownSelector(let word, let known):
      return "no rule, tag or set is called '\(word)'" + Suggestion.clause(for: word, among: known)
    case .noRules(let path): return "no rule files (.yaml, .yml) in '\(path)'"
    case .unreadable(let message): return message
    }
  }

  private static func list(_ words: [String], or: Bool = false) -> String {
    let quoted = words.map { "'\($0)'" }
    guard quoted.count > 1 else { return quoted.joined() }
    return quoted.dropLast().joined(separator: ", ") + (or ? " or " : " and ") + quoted[quoted.count - 1]
  }
}
