import Diagnostics
import RuleModel
import YAML

/// Makes a target of a mapping: every statement says one thing, and how that is known.
struct TargetChecker {
  let source: SourceText
  let problems: RuleProblems

  /// How many statements a target has at most.
  static let claimLimit = 1000

  /// The target, without the rules of its file; nil, and everything that is wrong gathered, where it has no id.
  func check(_ map: YAMLMap) -> Target? {
    problems.rejectUnknownKeys(of: map, RuleGrammar.target)
    let id = problems.attempt { try Self.id(of: map) }
    let summary = problems.attempt { try map.requiredString("summary") }
    let takes = (problems.attempt { try map.word("takes") as Target.Input? } ?? nil) ?? .caffe
    let mends = problems.attempt { try map.textList("mends") } ?? []
    let evidence = problems.attempt { try map.evidence() } ?? WrittenEvidence()
    let claims =
      self.claims("types", of: map, evidence, typeSubject)
      + self.claims("operators", of: map, evidence) { try operatorSubject($0, takes) }
      + self.claims("fields", of: map, evidence, fieldSubject)
      + self.claims("limits", of: map, evidence, limitSubject)
    guard let id, let summary else { return nil }
    return Target(
      id: id, summary: summary, takes: takes, mends: mends.map(\.text), claims: claims,
      place: source.place(at: map.node.offset))
  }

  /// The rules of the target's file, which are known as the target is where they do not say how.
  func completing(_ rules: [Rule], of map: YAMLMap) -> [Rule] {
    guard let outer = try? map.evidence() else { return rules }
    return rules.map { rule in
      guard let report = rule.report, report.evidence == nil,
        let written = rule.node.mapping?.first(where: { $0.key.scalar?.text == "report" })?.value
      else { return rule }
      var rule = rule
      _ = problems.attempt {
        let own = try YAMLMap(written, as: RuleGrammar.report.name).evidence().completed(by: outer)
        guard let whole = own.whole else { throw RuleError(.noEvidence(missing: own.missing), written) }
        rule.report?.evidence = whole
      }
      return rule
    }
  }

  private static func id(of map: YAMLMap) throws -> String {
    let id = try map.requiredText("id")
    guard RuleChecker.isID(id.text) else { throw RuleError(.badID(id.text), id.node) }
    return id.text
  }

  // MARK: - Statements

  private func claims(
    _ key: String, of map: YAMLMap, _ outer: WrittenEvidence,
    _ subject: (YAMLMap) throws -> TargetClaim.Subject
  ) -> [TargetClaim] {
    let maps = problems.attempt { try map.maps(key, as: key) } ?? []
    guard maps.count <= Self.claimLimit else {
      _ = problems.attempt {
        throw RuleError(
          .tooMany(maps.count, of: "statements under '\(key)'", limit: Self.claimLimit),
          maps[Self.claimLimit].node)
      }
      return []
    }
    return problems.attemptEach(maps) { map in
      let subject = try subject(map)
      let evidence = try map.evidence().completed(by: outer)
      guard let whole = evidence.whole else {
        throw RuleError(.noEvidence(missing: evidence.missing), map.node)
      }
      return TargetClaim(
        subject: subject, severity: try map.word("severity") ?? .error,
        because: try map.value("because").map { _ in try map.reason("because").text },
        remedy: try map.text("remedy")?.text, help: try map.address("help"), evidence: whole)
    }
  }

  private func typeSubject(_ map: YAMLMap) throws -> TargetClaim.Subject {
    let key = try onlyKey(["accepted", "refused"], of: map, RuleGrammar.targetTypes, in: "types")
    let types = TypePattern.oneOf(try names(key, of: map).map { Glob($0.text) })
    return key == "accepted" ? .acceptedTypes(types) : .refusedTypes(types)
  }

  private func operatorSubject(_ map: YAMLMap, _ takes: Target.Input) throws -> TargetClaim.Subject {
    let keys = ["accepted", "refused", "native"]
    let key = try onlyKey(keys, of: map, RuleGrammar.targetOperators, in: "operators")
    guard takes == .onnx else {
      throw RuleError(.otherInput(key: "operators", takes: takes.rawValue), map.node)
    }
    let types = TypePattern.oneOf(try names(key, of: map).map { Glob($0.text) })
    switch key {
    case "accepted": return .acceptedOperators(types)
    case "refused": return .refusedOperators(types)
    default: return .nativeOperators(types)
    }
  }

  private func fieldSubject(_ map: YAMLMap) throws -> TargetClaim.Subject {
    let keys = ["refused", "ignored", "unknown"]
    let key = try onlyKey(keys, of: map, RuleGrammar.targetFields, in: "fields")
    if key != "unknown", let known = map.keyNode("known") { throw RuleError(.knownAlone, known) }
    switch key {
    case "refused": return .refusedFields(try paths("refused", of: map))
    case "ignored": return .ignoredFields(try paths("ignored", of: map))
    default:
      let _: Refused? = try map.word("unknown")
      return .unknownFields(known: map.value("known") == nil ? [] : try paths("known", of: map))
    }
  }

  private func limitSubject(_ map: YAMLMap) throws -> TargetClaim.Subject {
    let keys = [
      "syntax", "inputs", "byte_order_mark", "axes", "batch", "size", "outputs", "tops", "names",
      "numbers",
    ]
    switch try onlyKey(keys, of: map, RuleGrammar.targetLimits, in: "limits") {
    case "syntax":
      let _: OnlyLayer? = try map.word("syntax")
      return .newSyntax
    case "inputs":
      let _: OnlyLayer? = try map.word("inputs")
      return .inputLayers
    case "byte_order_mark":
      let _: Refused? = try map.word("byte_order_mark")
      return .noByteOrderMark
    case "tops":
      let _: Named? = try map.word("tops")
      return .ownTops
    case "names":
      let _: Equal? = try map.word("names")
      return .sameNames
    case "numbers":
      let _: Single? = try map.word("numbers")
      return .singlePrecision
    case "axes": return .axes(try count("axes", of: map))
    case "batch": return .batch(try count("batch", of: map))
    case "size": return .size(try count("size", of: map))
    default: return .outputs(try count("outputs", of: map))
    }
  }

  private enum OnlyLayer: String, CaseIterable { case layer }
  private enum Refused: String, CaseIterable { case refused }
  private enum Named: String, CaseIterable { case named }
  private enum Equal: String, CaseIterable { case equal }
  private enum Single: String, CaseIterable { case float32 }

  /// The one of `keys` that a statement has.
  private func onlyKey(
    _ keys: [String], of map: YAMLMap, _ shape: RuleShape, in section: String
  ) throws -> String {
    try map.rejectUnknownKeys(allowed: shape.names)
    let given = keys.filter { map.value($0) != nil }
    guard given.count == 1 else { throw RuleError(.statement(of: section, keys: keys), map.node) }
    return given[0]
  }

  private func names(_ key: String, of map: YAMLMap) throws -> [RuleText] {
    let names = try map.textList(key)
    if names.isEmpty { throw RuleError(.emptyList(key: key), map.keyNode(key) ?? map.node) }
    return names
  }

  private func paths(_ key: String, of map: YAMLMap) throws -> [[String]] {
    try names(key, of: map).map { text in
      let path = text.text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard path.allSatisfy(PatternChecker.isName) else {
        throw RuleError(.noField(text.text, candidates: []), text.node)
      }
      return path
    }
  }

  private func count(_ key: String, of map: YAMLMap) throws -> Int {
    guard let count = try map.integer(key) else { return 0 }
    guard count >= 1 else { throw RuleError(.notPositive(key, found: count), map.value(key) ?? map.node) }
    return count
  }
}
