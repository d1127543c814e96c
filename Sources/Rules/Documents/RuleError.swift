import Diagnostics
import RuleModel
import YAML

/// What is wrong with a rule file. Facts here; the wording is in `RuleMessages.swift`.
package struct RuleError: Error, Sendable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    case unknownSchema(Int)
    case badID(String)
    case repeatedID(String, first: String)
    case unknownWord(String, for: String, allowed: [String])
    case noCapture
    case tooMany(Int, of: String, limit: Int)
    case badCaptureName(String)
    /// A word of the expression language as a name.
    case reservedName(String)
    /// `<<`.
    case repeatedName(String)
    case unknownCapture(String, known: [String])
    /// A list of types that the file does not have.
    case unknownTypeList(String, known: [String])
    case badBottom(found: YAMLDescription)
    case disconnected(capture: String, anchor: String)
    case circular
    case excludedConnected(capture: String)
    case readsItself(capture: String)
    case onlyOptional
    case optionalBottom(capture: String)
    case onlyFirstTop(capture: String)
    case fewAlternatives(capture: String)
    case badAlternative(String, of: String)
    case everyValue
    case notOnWayBack(capture: String, anchor: String)
    case readOutside(capture: String, reader: String)
    case nestedLists(outer: String, inner: String)
    case badTimes(found: YAMLDescription)
    case endlessChain(least: Int)
    case longChain(Int, limit: Int)
    case chainFrom(first: String, last: String)
    case chainBottom(capture: String)
    case insideChain(capture: String, reader: String, last: String)
    case severalHere(capture: String)
    case absentHere(capture: String)
    case twoLists(String, String)
    case unknownKernel(String, known: [String])
    case unknownArgument(String, kernel: String, known: [String])
    case repeatedRole(String)
    case varianceAlone
    case misplacedLayerKey(String, wanted: String)
    case wrongFieldValue(String, found: String, expected: String)
    case noField(String, candidates: [String])
    case missingArgument(String, kernel: String)
    case transformKind
    case badTarget(String)
    case setMessage(String)
    case nothingHappens
    case contradiction(capture: String, first: String, second: String)
    /// `set: conv.name`, and the key of `rewrite` that does it.
    case setConnection(String, key: String)
    case halfReplacement
    /// A repetition without one name.
    case badEach
    /// New layers that would all have one name.
    case sharedName(variable: String)
    /// A layer that may be absent or there several times, which takes over a value.
    case uncertainEnd(key: String)
    /// A layer that may be absent and reads several values.
    case absentReader
    case badSwitch(String)
    case badPasses(String, limit: Int)
    case measureAlone
    /// Blobs of a layer that cannot be taken as they are.
    case badBlobRange(String)
    case severalEnds([String])
    case severalStarts([String])
    case goneValue(String)
    case notReplaced(String)
    case takenTwice(String)
    case badValue(found: YAMLDescription)
    /// `conv.top`, which is `conv.tops[0]` here.
    case layerMember(String, write: String)
    /// What is no layer and not all tops of one.
    case badRename(String)
    case badTop(found: YAMLDescription)
    case unknownValue(String, known: [String])
    case noPlace
    case readsElsewhere
    case misplacedKey(String)
    /// A list of bottoms among others that names one.
    case fewBottoms(String)
    /// What cannot be pruned.
    case badPrune(String)
    /// A value that a layer shall not read any more and that the pattern does not have among its bottoms.
    case notRead(String, by: String)
    case badClear(String)
    case badBraces(String)
    case setInVain(capture: String)
    case usedTooEarly(String)
    case parameterKind(String)
    case wrongValue(String, of: RuleParameter.Kind, found: String)
    case unfitValue(String, found: String, condition: String)
    case noParameter(String, known: [String])
    case testLacks(String, test: String)
    case noArgument(String)
    case repeatedArgument(String)
    case unknownParameter(String, known: [String])
    case ruleLacksParameter(String, rule: String, known: [String])
    case idleParameter(String, rules: [String])
    case unsafeParameter(String, rule: String)
    case missingParameter(String, rule: String, kind: RuleParameter.Kind)
    case namedTwice(String, under: String)
    case badPath(String)
    case emptyReason(key: String)
    case emptyList(key: String)
    case exclusive([String], in: String)
    case badName(String)
    case badParameter(String, found: YAMLDescription)
    case badTolerance(String)
    case raggedRows(expected: Int)
    case badReason(String, known: [String])
    case expectation(found: YAMLDescription)
    case unknownSelector(String, known: [String])
    case unknownRule(String, known: [String])
    case circularExtends([String])
    case circularDefinition([String])
    case deepExtends(limit: Int)
    case cannotExtend(String, String)
    case unreadable(String)
    case unknownOperator(String, known: [String])
    case unknownAttribute(String, operator: String, known: [String])
    case inputCount(Int, operator: String, ClosedRange<Int>)
    case unknownDefinedValue(String, known: [String])
    case badRepetition
    case nestedEach
    /// A key of an operator in a layer of a definition.
    case operatorKey(String)
    /// A list of tops that is no name with a count.
    case badTopList
    /// Operators and layers in one definition.
    case mixedMeaning
    case badConstant
    /// A key that says how a rule rewrites, in one that reports.
    case besideReport(String)
    /// What a report cannot point at.
    case badSubject(String)
    /// What a test cannot expect of a rule of this kind.
    case expectedOfOther(String, isReport: Bool)
    /// A statement about a target that says nothing, or several things.
    case statement(of: String, keys: [String])
    /// `known` without `unknown`.
    case knownAlone
    /// A statement about another program of which nobody says how it is known.
    case noEvidence(missing: [String])
    case badDate(String)
    case badAddress(String)
    case notPositive(String, found: Int)
    /// A statement that is not about what the target takes.
    case otherInput(key: String, takes: String)
  }

  /// The facts.
  package let reason: Reason
  /// Where; nil for things said on the command line.
  package let place: SourcePlace?

  package init(_ reason: Reason, _ node: YAMLNode) {
    self.reason = reason
    place = node.place
  }

  package init(_ reason: Reason, at place: SourcePlace? = nil) {
    self.reason = reason
    self.place = place
  }
}
