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
      return "the rule language has no schema \(version); write 'schema: 1'"
    case .badID(let id):
      return
        "'\(clipped(id))' is not a valid id; use lower-case letters, digits and hyphens, beginning with a letter"
    case .repeatedID(let id, let first):
      return
        "rule '\(id)' is defined twice, first at \(first); to override a rule, extend its file"
    case .unknownWord(let word, let what, let allowed):
      return "'\(clipped(word))' is not a value of \(what)"
        + (Suggestion.nearest(to: word, among: allowed).map { "; did you mean '\($0)'?" }
          ?? "; use \(Self.list(allowed, or: true))")
    case .noCapture: return "'match' names no layer; write 'some_name: {type: …}' below it"
    case .tooMany(let count, let things, let limit):
      return "a rule can have \(limit) \(things), this one has \(count)"
    case .badCaptureName(let name):
      return
        "'\(clipped(name))' is not a valid name for a capture, parameter or 'let'; use letters, digits and underscores, beginning with a letter"
    case .reservedName(let name): return "'\(name)' is a word of expressions; choose another name"
    case .setConnection(let target, let key):
      return "'\(clipped(target))' cannot be set; write '\(key)' under 'rewrite'"
    case .badEach:
      return
        "'each' needs one name, with a count or a list; write 'each: {i: conv.convolution_param.group}'"
    case .sharedName(let variable):
      return "the new layers of 'each' would have one name; use '{\(variable)}' in 'name'"
    case .uncertainEnd(let key):
      return
        "a layer with '\(key)' cannot take over what the replaced layers made; add a layer behind it, or say with 'top' what it makes"
    case .absentReader:
      return
        "a layer with 'when' needs exactly one bottom: when the layer is absent, its readers connect to it"
    case .badSwitch(let word): return "expected 'on' or 'off' for 'default', found '\(clipped(word))'"
    case .badPasses(let text, let limit):
      return "expected a whole number from 1 to \(limit) for 'passes', found '\(clipped(text))'"
    case .measureAlone: return "'measure' needs 'passes', the number of times at most; write 'passes: 64'"
    case .badBlobRange(let text):
      return
        "the bounds of '\(clipped(text))' must be numbers; write '\(clipped(text.prefix { $0 != "[" }.description))[1:]'"
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
      return "capture '\(capture)' is not connected to '\(anchor)'; connect them with 'bottom'"
    case .circular:
      return "the captures read each other in a circle; a pattern needs a capture that no other reads"
    case .excludedConnected(let capture):
      return
        "capture '\(capture)' is a layer that the phase leaves out; it cannot be connected to other captures"
    case .readsItself(let capture):
      return "capture '\(capture)' reads itself through its bottoms; a net has no circles"
    case .onlyOptional: return "every capture is optional; a pattern needs a layer that must be there"
    case .optionalBottom(let capture):
      return
        "an optional layer must have exactly one bottom; when it is absent, its readers connect to that bottom; write 'bottom: …' in '\(capture)'"
    case .onlyFirstTop(let capture):
      return
        "only the first top of '\(capture)' can be read, because '\(capture)' is optional, one of several or a chain; write '\(capture)'"
    case .fewAlternatives(let capture):
      return
        "'either' needs at least 2 captures; for one capture, write its keys in '\(capture)' itself"
    case .badAlternative(let capture, let owner):
      return
        "capture '\(capture)' cannot be an alternative of '\(owner)', because it is optional or repeats"
    case .everyValue: return "'every' needs a capture; the capture matches the layer at each bottom"
    case .notOnWayBack(let capture, let anchor):
      return
        "'every', 'either' and 'repeat' work only on layers that '\(anchor)' reads, directly or through other layers; '\(capture)' is not one of them"
    case .readOutside(let capture, let reader):
      return
        "only '\(reader)' can read '\(capture)', because '\(capture)' matches the layers at all its bottoms; use another capture here"
    case .nestedLists(let outer, let inner):
      return
        "capture '\(inner)' would be a list within the list '\(outer)'; match one of them with a rule of its own"
    case .badTimes(let found):
      return "expected a range such as '1..8' for 'repeat', found \(found.phrase)"
    case .endlessChain(let least):
      return "a chain needs an upper limit; write 'repeat: \(least)..8'"
    case .longChain(let most, let limit): return "a chain repeats at most \(limit) times, found \(most)"
    case .chainFrom(let first, let last):
      return
        "there is no chain from '\(first)' to '\(last)'; every layer of the chain must lead back to '\(first)', and '\(first)' cannot be optional"
    case .chainBottom(let capture):
      return "the first layer of a chain must have exactly one bottom; write 'bottom: …' in '\(capture)'"
    case .insideChain(let capture, let reader, let last):
      return
        "capture '\(reader)' reads '\(capture)' inside a chain; only the last layer of the chain, '\(last)', can be read"
    case .severalHere(let capture):
      return "capture '\(capture)' stands for several layers; one layer is needed here"
    case .absentHere(let capture): return "capture '\(capture)' may be absent; a layer is needed here"
    case .twoLists(let first, let second):
      return
        "a step works on one list, but '\(first)' and '\(second)' are two lists; write one step for each"
    case .unknownKernel(let name, let known):
      return "there is no kernel '\(clipped(name))'" + Self.remedy(for: name, among: known)
    case .unknownArgument(let name, let kernel, let known):
      return "kernel '\(kernel)' has no argument '\(clipped(name))'" + Self.remedy(for: name, among: known)
    case .repeatedRole(let role):
      return "'\(role)' is given twice; use 'ignored' for blobs that are not read at TEST"
    case .varianceAlone:
      return
        "a layout with 'variance' needs 'epsilon', the number that is added to the variance before the square root"
    case .misplacedLayerKey(let key, let wanted):
      return "a layer's '\(key)' cannot be written here; did you mean '\(wanted)'?"
    case .wrongFieldValue(let field, let found, let expected):
      // A path that forgot its braces is the usual mistake.
      let remedy =
        found.contains { $0.isLetter } && found.contains(".")
        ? "; an expression stands in braces: \"{\(found)}\"" : ""
      return "field '\(field)' takes \(expected), not '\(clipped(found))'\(remedy)"
    case .noField(let field, let candidates):
      return "there is no field '\(clipped(field))' here" + Suggestion.clause(for: field, among: candidates)
    case .missingArgument(let name, let kernel): return "kernel '\(kernel)' needs '\(name)'"
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
      return "the rule changes nothing: it has no transform, and 'rewrite' keeps all layers"
    case .contradiction(let capture, let first, let second):
      return "capture '\(capture)' is listed under both '\(first)' and '\(second)'; remove one"
    case .halfReplacement:
      return "'replace' and 'with' belong together; one of them is missing"
    case .severalEnds(let names):
      return
        "\(Self.list(names)) make values that other layers may read; say with 'top' which new layer makes each value"
    case .severalStarts(let names):
      return
        "\(Self.list(names)) read values from outside the match; say with 'bottom' what the first new layer reads"
    case .goneValue(let name):
      return
        "capture '\(name)' is removed by this rule; name its replacement, or the value that it reads: '\(name).bottoms[0]'"
    case .notReplaced(let name):
      return "capture '\(name)' is not under 'replace', so a new layer cannot make its top"
    case .takenTwice(let name): return "two new layers would make the top of '\(name)'; name it once"
    case .badValue(let found):
      return
        "expected a capture, 'capture.tops[0]', 'capture.bottoms[0]', a value '$x' or a new layer, found \(found.phrase)"
    case .layerMember(let member, let write): return "a layer has no '\(member)'; write '\(clipped(write))'"
    case .badRename(let name):
      let capture = clipped(name.prefix { $0 != "." }.description)
      return
        "'\(clipped(name))' cannot be renamed; write '\(capture)' for the layer, or '\(capture).tops' for all that it makes"
    case .badTop(let found):
      return "expected a replaced capture, 'capture.tops[0]' or {name: …} for 'top', found \(found.phrase)"
    case .unknownValue(let name, let known):
      return "the pattern has no value '\(clipped(name))'" + Self.remedy(for: name, among: known)
    case .noPlace: return "say with 'after' or 'before' where to insert the new layer"
    case .readsElsewhere:
      return "the new layer must read the value where it is inserted; add the value to 'bottom'"
    case .misplacedKey(let key):
      return key == "top"
        ? "an inserted layer makes one new value; 'top' is for layers of 'replace'"
        : ["each", "when"].contains(key)
          ? "'\(key)' is for layers of 'with'; an inserted layer is there once"
          : "'\(key)' is for layers of 'insert'; layers of 'with' take the place of the replaced layers"
    case .fewBottoms(let key): return "'\(key)' is a list of at least two; write {one_of: …} for one"
    case .notRead(let name, let reader):
      return
        "the pattern does not say that '\(reader)' reads '\(name)', so '\(name)' cannot be removed from its bottoms"
    case .badPrune(let text):
      return
        "'\(clipped(text))' cannot be pruned; write 'capture.bottoms', 'capture.bottoms[1]' or 'capture.bottoms[1:]'"
    case .badClear(let text):
      return
        "'\(clipped(text))' cannot be cleared; use a parameter, 'capture.convolution_param.weight_filler' or 'capture.param'"
    case .badBraces(let text):
      return "the braces in '\(clipped(text))' do not match; '{{' and '}}' stand for braces themselves"
    case .setInVain(let capture):
      return "capture '\(capture)' is removed by 'rewrite', so nothing can be set in it"
    case .usedTooEarly(let name):
      return "'\(clipped(name))' is not defined yet; a 'let' can use only the names above it"
    case .parameterKind(let name):
      return
        "parameter '\(name)' needs 'type', one of \(Self.list(RuleParameter.Kind.named.map(\.word), or: true)), or 'one_of' with a list of words, or 'map'"
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
        ? "rule '\(rules[0])' has the parameter '\(name)' but is not selected; add '--extend-select \(rules[0])'"
        : "the rules that have the parameter '\(name)' are not selected; add '--extend-select' with \(Self.list(rules, or: true))"
    case .unsafeParameter(let name, let rule):
      return
        "rule '\(rule)' has the parameter '\(name)' but is approximate; add '--unsafe', and '--extend-select \(rule)' if the rule is not selected"
    case .missingParameter(let name, let rule, let kind):
      return "rule '\(rule)' needs a value for '\(name)', \(kind.phrase); give it with '--param \(name)=…'"
    case .namedTwice(let name, let key): return "'\(name)' is named twice under '\(key)'; remove one"
    case .badPath(let text):
      return "'\(clipped(text))' is not the path of a field; write names with points between them"
    case .emptyReason(let key): return "'\(key)' is empty; give the reason that users are to read"
    case .emptyList(let key): return "the list for '\(key)' is empty; leave the key out, or name something"
    case .exclusive(let keys, let owner):
      return "\(Self.list(keys)) cannot be used together under '\(owner)'; remove one"
    case .badName(let name):
      return
        "'\(clipped(name))' is not a name template; write '{capture.name}' for the name of a matched layer"
    case .badParameter(let name, let found):
      return "expected a value or a mapping for '\(clipped(name))', found \(found.phrase)"
    case .raggedRows(let expected):
      return "expected a list of \(expected), as long as the first one beside it"
    case .badTolerance(let found):
      return "expected a number from 0 for 'tolerance', found '\(clipped(found))'"
    case .badReason(let code, let known):
      return "there is no refusal reason '\(clipped(code))'"
        + (Suggestion.nearest(to: code, among: known).map { "; did you mean '\($0)'?" }
          ?? "; 'caffold rules schema' lists them")
    case .expectation(let found):
      return
        "expected 'rewritten', 'unmatched', 'reported', {layers: […]}, {refused: {reason: …}} or {reported: {…}} for 'expect', found \(found.phrase)"
    case .unknownSelector(let word, let known):
      return "no rule, tag or set is called '\(clipped(word))'"
        + (Suggestion.nearest(to: word, among: known).map { "; did you mean '\($0)'?" }
          ?? "; 'caffold rules list --select ALL' lists them")
    case .unknownRule(let id, let known):
      return "there is no rule '\(clipped(id))'"
        + (Suggestion.nearest(to: id, among: known).map { "; did you mean '\($0)'?" }
          ?? "; 'caffold rules list --select ALL' lists them")
    case .circularExtends(let paths):
      return paths.count == 2
        ? "a rule file cannot extend itself"
        : "rule files extend one another in a circle: \(paths.map { "'\($0)'" }.joined(separator: ", then ")); remove one of these"
    case .circularDefinition(let types):
      return types.count == 1
        ? "the definition of '\(types[0])' contains a layer of the same type; use layers of other types, or operators"
        : "the definitions of \(Wording.names(types)) form a circle: each contains a layer of the next type, and the last one a layer of the first; define one of these types by other layers, or by operators"
    case .deepExtends(let limit):
      return "more than \(limit) rule files extend one another in a row; extend some of them directly here"
    case .cannotExtend(let path, let why): return "'\(clipped(path))' cannot be extended: \(why)"
    case .unreadable(let message): return message
    case .unknownOperator(let name, let known):
      return "there is no operator '\(clipped(name))'"
        + (Suggestion.nearest(to: name, among: known).map { "; did you mean '\($0)'?" }
          ?? "; 'caffold rules reference --operators' lists the operators")
    case .unknownAttribute(let name, let owner, let known):
      return "operator \(owner) has no attribute '\(clipped(name))'" + Self.remedy(for: name, among: known)
    case .inputCount(let count, let owner, let range):
      return "operator \(owner) takes \(Self.counted(range, "input")), found \(count)"
    case .unknownDefinedValue(let name, let known):
      return "no step before this one makes '\(clipped(name))'" + Self.remedy(for: name, among: known)
    case .badRepetition:
      return
        "'each' needs one name and how often the operator is there; write 'each: {i: layer.bottoms.count}'"
    case .nestedEach: return "'each' cannot stand within another 'each'"
    case .operatorKey("name"):
      return "a layer of a definition has no 'name'; it is called after its layer and its first 'top'"
    case .operatorKey("means"): return "'means' is for steps with 'each' that are neither operator nor layer"
    case .operatorKey(let key):
      return
        "'\(key)' is for operators; a layer of a definition reads its 'bottom' and makes its 'top'"
    case .badTopList:
      return "a list of tops needs one name and how many there are; write '{part: layer.bottoms[0].channels}'"
    case .mixedMeaning:
      return
        "a definition consists of operators or of Caffe layers; this step is an operator, another is a layer"
    case .besideReport(let key):
      return "'\(key)' is for rules that rewrite; a rule with 'report' changes nothing, so remove '\(key)'"
    case .badSubject(let text):
      return
        "'\(clipped(text))' is nothing that a message can point at; write a capture or 'capture.some_param.field'"
    case .expectedOfOther(let word, let isReport):
      return isReport
        ? "the rule reports, so a test cannot expect '\(word)'; write 'reported', {reported: …} or 'unmatched'"
        : "the rule rewrites, so a test cannot expect '\(word)'"
    case .statement(let section, let keys):
      return "a statement under '\(section)' says one thing; write \(Self.list(keys, or: true)), and only one"
    case .knownAlone: return "'known' stands beside 'unknown: refused'; add that, or remove 'known'"
    case .noEvidence(let missing):
      return
        "nothing says how this is known: \(Self.list(missing)) \(missing.count == 1 ? "is" : "are") missing here and in 'target'"
    case .badDate(let text): return "'\(clipped(text))' is not a date such as 2026-11-29 or 2026-11"
    case .badAddress(let text):
      return "'\(clipped(text))' is not the address of a page; write https://…"
    case .notPositive(let key, let found): return "'\(key)' must be at least 1, found \(found)"
    case .otherInput(let key, let takes):
      return "'\(key)' does not go with 'takes: \(takes)'"
    case .badConstant: return "a constant has one kind; write {floats: …}, {ints: …} or {bools: …}"
    }
  }

  /// `; did you mean 'x'?`, or all there are while they are few.
  private static func remedy(for word: String, among known: [String]) -> String {
    if let near = Suggestion.nearest(to: word, among: known) { return "; did you mean '\(near)'?" }
    guard !known.isEmpty, known.count <= 12 else { return "" }
    return known.count == 1 ? "; there is only \(list(known))" : "; there are \(list(known))"
  }

  private static func counted(_ range: ClosedRange<Int>, _ noun: String) -> String {
    if range.upperBound == .max { return "at least \(range.lowerBound) \(noun)s" }
    guard range.lowerBound < range.upperBound else {
      return range.lowerBound == 1 ? "1 \(noun)" : "\(range.lowerBound) \(noun)s"
    }
    return "\(range.lowerBound) to \(range.upperBound) \(noun)s"
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
    case .texts: "texts with commas between them"
    case .map(.number): "numbers by name ('conv1:0.5,fc*:2')"
    case .map(.boolean): "'true' or 'false' by name ('conv1:true')"
    case .map(.text): "texts by name ('conv1:a,fc*:b')"
    case .oneOf(let words): RuleError.list(words, or: true)
    }
  }
}

extension RuleNotes {
  /// What is noted of a file with more errors than are printed.
  static func tooManyErrors(in path: String) -> Diagnostic {
    Diagnostic(
      .note, at: .file(path),
      "the rest of this file was not checked: \(RuleProblems.limit) errors is the limit for one file")
  }

  /// What is noted of a type that no layer may have.
  static func unknownType(_ type: String, near: String) -> String {
    "Caffe has no layer type '\(type)'; did you mean '\(near)'?"
  }
}
