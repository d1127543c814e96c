import Diagnostics
import RuleModel

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
      return "'\(clipped(id))' is no id; use lower-case letters, digits and hyphens, beginning with a letter"
    case .repeatedID(let id, let first):
      return
        "rule '\(id)' is defined twice; first at \(first); a file overrides rules of those that it extends"
    case .unknownWord(let word, let what, let allowed):
      return "'\(clipped(word))' is not known for \(what)"
        + (Suggestion.nearest(to: word, among: allowed).map { "; did you mean '\($0)'?" }
          ?? "; use \(Self.list(allowed, or: true))")
    case .noCapture: return "'match' names no layer; write 'some_name: {type: …}' below it"
    case .tooMany(let count, let things, let limit):
      return "a rule can have \(limit) \(things), this one has \(count)"
    case .badCaptureName(let name):
      return
        "'\(clipped(name))' is no name for a capture, parameter or 'let'; use letters, digits and underscores, beginning with a letter"
    case .repeatedName(let name):
      return "'\(name)' is defined twice; captures, parameters and 'let' share their names"
    case .unknownTypeList(let name, let known):
      return
        "the file has no list of types '\(name)' under 'types:'\(Suggestion.clause(for: name, among: known))"
    case .unknownCapture(let name, let known):
      return "capture '\(clipped(name))' is not bound by this pattern" + Self.remedy(for: name, among: known)
    case .badBottom(let found):
      return
        "expected a capture, a value '$x', a list of them, {any_order: […]}, {one_of: …}, {among: […]}, {adjacent: […]} or {every: …} for 'bottom', found \(found.phrase)"
    case .disconnected(let capture, let anchor):
      return "capture '\(capture)' is not connected with '\(anchor)'; say through 'bottom' what reads what"
    case .circular:
      return "every capture is read by another one; a pattern ends with a capture that none reads"
    case .excludedConnected(let capture):
      return
        "capture '\(capture)' is a layer that the phase leaves out; such a layer is not connected to anything"
    case .readsItself(let capture):
      return "capture '\(capture)' reads itself, through what it reads; a net has no circles"
    case .onlyOptional: return "every capture is optional; a pattern needs a layer that must be there"
    case .optionalBottom(let capture):
      return
        "what reads an absent layer reads what that would have read, so an optional layer reads one thing; write 'bottom: …' in '\(capture)'"
    case .onlyFirstTop(let capture):
      return
        "'\(capture)' may be absent, one of several or a chain, of which only the first top can be read; write '\(capture)'"
    case .fewAlternatives(let capture):
      return
        "'either' needs at least 2 captures to choose from; for one, say in '\(capture)' itself what it is"
    case .badAlternative(let capture, let owner):
      return
        "capture '\(capture)' cannot be an alternative of '\(owner)': it may be absent or repeat, so it would not be told from the others"
    case .everyValue: return "'every' takes a capture, which then has a layer for each bottom"
    case .notOnWayBack(let capture, let anchor):
      return
        "capture '\(capture)' is not on the way back from '\(anchor)', where the search begins; 'every', 'either' and 'repeat' work only there"
    case .readOutside(let capture, let reader):
      return
        "capture '\(capture)' has a layer for each bottom of '\(reader)', so nothing else can read it; use another capture there"
    case .nestedLists(let outer, let inner):
      return
        "capture '\(inner)' would be a list within the list of '\(outer)'; match one of them by a rule of its own"
    case .badTimes(let found):
      return "expected how often, such as '1..8', for 'repeat', found \(found.phrase)"
    case .endlessChain(let least):
      return "a chain needs an upper limit; write 'repeat: \(least)..8'"
    case .longChain(let most, let limit): return "a chain repeats at most \(limit) times, this one \(most)"
    case .chainFrom(let first, let last):
      return
        "there is no chain from '\(first)' to '\(last)'; all that is read in between must lead back to '\(first)', which must be there"
    case .chainBottom(let capture):
      return "the first layer of a chain reads one thing; write 'bottom: …' in '\(capture)'"
    case .insideChain(let capture, let reader, let last):
      return
        "capture '\(reader)' reads '\(capture)', which is inside a chain; only what the chain ends with, '\(last)', can be read"
    case .severalHere(let capture):
      return "capture '\(capture)' stands for several layers, here one is needed"
    case .absentHere(let capture): return "capture '\(capture)' may be absent, here a layer is needed"
    case .twoLists(let first, let second):
      return
        "a step is done for each element of one list; '\(first)' and '\(second)' are of two, write a step for each"
    case .unknownKernel(let name, let known):
      return "there is no kernel '\(clipped(name))'" + Self.remedy(for: name, among: known)
    case .unknownArgument(let name, let kernel, let known):
      return "kernel '\(kernel)' takes no '\(clipped(name))'" + Self.remedy(for: name, among: known)
    case .repeatedRole(let role):
      return "a layer has one '\(role)', this is the second; use 'ignored' for blobs that TEST does not read"
    case .varianceAlone:
      return "a layout with a 'variance' needs 'epsilon', what is added to it before the root is taken"
    case .misplacedLayerKey(let key, let wanted):
      return "a layer's '\(key)' cannot be written so; did you mean '\(wanted)'?"
    case .wrongFieldValue(let field, let found, let expected):
      // A path that forgot its braces is the usual mistake.
      let remedy =
        found.contains { $0.isLetter } && found.contains(".")
        ? "; an expression stands in braces: \"{\(found)}\"" : ""
      return "field '\(field)' takes \(expected), not '\(clipped(found))'\(remedy)"
    case .noField(let field, let candidates):
      return "there is no field '\(clipped(field))' here" + Suggestion.clause(for: field, among: candidates)
    case .missingArgument(let name, let kernel): return "kernel '\(kernel)' needs '\(name)', which is missing"
    case .transformKind: return "a transform is either {kernel: …} or {set: …, to: …}"
    case .badTarget(let target):
      return "'\(clipped(target))' cannot be set; use 'capture.blobs[0]' or 'capture.some_param.field'"
    case .setMessage(let target):
      if target.hasSuffix(".blobs") {
        return "'\(clipped(target))' are several blobs; set one, '\(clipped(target))[0]'"
      }
      return
        "'\(clipped(target))' is a message; set its fields one by one, as in '\(clipped(target)).some_field'"
    case .nothingHappens:
      return "the rule changes nothing: 'rewrite' keeps everything as it is, and nothing is transformed"
    case .contradiction(let capture, let first, let second):
      return "capture '\(capture)' is under '\(first)' and under '\(second)'; it can have one fate"
    case .halfReplacement:
      return "'replace' says which layers go and 'with' which take their place; one of the two is missing"
    case .severalEnds(let names):
      return
        "\(Self.list(names)) make values that others may read; say under 'top' which new layer makes them now"
    case .severalStarts(let names):
      return "\(Self.list(names)) read values from outside; say under 'bottom' what the first new layer reads"
    case .goneValue(let name):
      return
        "capture '\(name)' is gone then; name what takes its place, or what it reads: '\(name).bottoms[0]'"
    case .notReplaced(let name):
      return "capture '\(name)' is not under 'replace', so no new layer can make its top"
    case .takenTwice(let name): return "two new layers would make the top of '\(name)'; name it once"
    case .badValue(let found):
      return
        "expected a capture, 'capture.tops[0]', 'capture.bottoms[0]', a value '$x' or a new layer, found \(found.phrase)"
    case .badTop(let found):
      return "expected a replaced capture, 'capture.tops[0]' or {name: …} for 'top', found \(found.phrase)"
    case .unknownValue(let name, let known):
      return "the pattern has no value '\(clipped(name))'" + Self.remedy(for: name, among: known)
    case .noPlace: return "say with 'after' or 'before' where the new layer comes"
    case .readsElsewhere: return "the new layer must read the value that it stands at; add it to 'bottom'"
    case .misplacedKey(let key):
      return key == "top"
        ? "an inserted layer makes one new value; 'top' is for those of 'replace'"
        : "'\(key)' is for layers of 'insert'; those of 'with' stand where the replaced ones did"
    case .fewBottoms(let key): return "'\(key)' is a list of at least two; write {one_of: …} for one"
    case .notRead(let name, let reader):
      return "the pattern does not say that '\(reader)' reads '\(name)', so it cannot go from its bottoms"
    case .badPrune(let text):
      return
        "'\(clipped(text))' cannot be pruned; write 'capture.bottoms', 'capture.bottoms[1]' or 'capture.bottoms[1:]'"
    case .badClear(let text):
      return
        "'\(clipped(text))' cannot be cleared; use a parameter, 'capture.convolution_param.weight_filler' or 'capture.param'"
    case .badBraces(let text):
      return "the braces in '\(clipped(text))' do not match; '{{' and '}}' stand for braces themselves"
    case .setInVain(let capture):
      return "capture '\(capture)' does not stay, so nothing can be set in it; see 'rewrite'"
    case .usedTooEarly(let name):
      return "'\(clipped(name))' is not defined yet; a 'let' may use those before it"
    case .parameterKind(let name):
      return
        "say what '\(name)' is: 'type' is 'number', 'numbers', 'boolean' or 'text', 'one_of' lists the words it can be"
    case .wrongValue(let subject, let kind, let found):
      return "expected \(kind.phrase) for \(subject), found \(found)"
    case .unfitValue(let subject, let found, let condition):
      return "\(subject) cannot be \(clipped(found)): '\(condition)' does not hold"
    case .noParameter(let name, let known):
      return "the rule has no parameter '\(clipped(name))'"
        + (known.isEmpty ? "; declare it under 'parameters'" : Self.remedy(for: name, among: known))
    case .testLacks(let name, let test):
      return
        "test '\(clipped(test))' gives no value for '\(name)', which has no default; write 'parameters: {\(name): …}'"
    case .noArgument(let text):
      return "'--param \(clipped(text))' gives no value; write '--param name=value'"
    case .repeatedArgument(let key):
      return "parameter '\(clipped(key))' is given twice; remove one"
        + (key.contains(".") ? "" : ", or name the rules: 'rule-id.\(clipped(key))'")
    case .unknownParameter(let name, let known):
      return "no selected rule has a parameter '\(clipped(name))'"
        + (known.isEmpty ? ", nor any other" : Self.remedy(for: name, among: known))
    case .ruleLacksParameter(let name, let rule, let known):
      return "rule '\(rule)' has no parameter '\(clipped(name))'"
        + (known.isEmpty ? ", nor any other" : Self.remedy(for: name, among: known))
    case .idleParameter(let name, let rules):
      return rules.count == 1
        ? "rule '\(rules[0])', which has the parameter '\(name)', is not selected; add '--extend-select \(rules[0])'"
        : "the rules that have the parameter '\(name)' are not selected; add \(Self.list(rules, or: true)) by '--extend-select'"
    case .unsafeParameter(let name, let rule):
      return
        "rule '\(rule)', which has the parameter '\(name)', is approximate and was left out; add '--unsafe', and '--extend-select \(rule)' if it is not selected"
    case .missingParameter(let name, let rule, let kind):
      return "rule '\(rule)' needs a value for '\(name)', \(kind.phrase); give it with '--param \(name)=…'"
    case .namedTwice(let name, let key): return "'\(name)' is named twice under '\(key)'; remove one"
    case .emptyList(let key): return "the list for '\(key)' is empty; leave the key out, or name something"
    case .exclusive(let keys, let owner):
      return "\(Self.list(keys)) exclude each other under '\(owner)'; remove one"
    case .badName(let name):
      return "'\(clipped(name))' is no name template; write '{capture.name}' for the name of a matched layer"
    case .badParameter(let name, let found):
      return "expected a value or a mapping for '\(clipped(name))', found \(found.phrase)"
    case .badReason(let code, let known):
      return "there is no refusal reason '\(clipped(code))'"
        + (Suggestion.nearest(to: code, among: known).map { "; did you mean '\($0)'?" }
          ?? "; 'caffold rules schema' lists them")
    case .expectation(let found):
      return
        "expected 'rewritten', 'unmatched', {layers: […]} or {refused: {reason: …}} for 'expect', found \(found.phrase)"
    case .unknownSelector(let word, let known):
      return "no rule, tag or set is called '\(clipped(word))'"
        + (Suggestion.nearest(to: word, among: known).map { "; did you mean '\($0)'?" }
          ?? "; 'caffold rules list --select ALL' lists them")
    case .unknownRule(let id, let known):
      return "there is no rule '\(clipped(id))'"
        + (Suggestion.nearest(to: id, among: known).map { "; did you mean '\($0)'?" }
          ?? "; 'caffold rules list --select ALL' lists them")
    case .noRules(let path): return "no rule files (.yaml, .yml) in '\(path)'"
    case .nothingThere(let path):
      return "there is nothing at '\(clipped(path))'; paths in a project file are relative to its folder"
    case .badTolerance: return "a tolerance must not be negative"
    case .circularExtends(let paths):
      return paths.count == 2
        ? "a rule file cannot extend itself"
        : "rule files extend one another in a circle: \(paths.map { "'\($0)'" }.joined(separator: ", then ")); remove one of these"
    case .deepExtends(let limit):
      return "more than \(limit) rule files extend one another, one after the other; extend some of them here"
    case .cannotExtend(let path, let why): return "'\(clipped(path))' cannot be extended: \(why)"
    case .unreadable(let message): return message
    }
  }

  /// `; did you mean 'x'?`, or all there are while they are few.
  private static func remedy(for word: String, among known: [String]) -> String {
    if let near = Suggestion.nearest(to: word, among: known) { return "; did you mean '\(near)'?" }
    guard !known.isEmpty, known.count <= 12 else { return "" }
    return known.count == 1 ? "; there is only \(list(known))" : "; there are \(list(known))"
  }

  fileprivate static func list(_ words: [String], or: Bool = false) -> String {
    let quoted = words.map { "'\($0)'" }
    guard quoted.count > 1 else { return quoted.joined() }
    return quoted.dropLast().joined(separator: ", ") + (or ? " or " : " and ") + quoted[quoted.count - 1]
  }
}

extension RuleParameter.Kind {
  /// What a value must be, as a message says it.
  package var phrase: String {
    switch self {
    case .number: "a number"
    case .numbers: "numbers with commas between them"
    case .boolean: "'true' or 'false'"
    case .text: "a text"
    case .oneOf(let words): RuleError.list(words, or: true)
    }
  }
}

extension RuleNotes {
  /// What is noted of a type that no layer may have.
  static func unknownType(_ type: String, near: String) -> String {
    "no layer of Caffe has the type '\(type)'; did you mean '\(near)'?"
  }
}
