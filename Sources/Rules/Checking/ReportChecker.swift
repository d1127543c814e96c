import Diagnostics
import RuleModel
import YAML

/// Checks the `report` of a rule.
struct ReportChecker {
  let pattern: Pattern
  let problems: RuleProblems

  /// The report; what is wrong with one of its keys is gathered. Nil where something is.
  func check(_ map: YAMLMap, _ scope: RuleScope) -> RuleReport? {
    let before = problems.count
    problems.rejectUnknownKeys(of: map, RuleGrammar.report)
    let severity = problems.attempt { () throws -> RuleReport.Severity? in
      try map.word("severity", required: true)
    }
    let because = problems.attempt { try Self.template(map.reason("because"), scope) }
    let remedy = problems.attempt { try map.text("remedy").map { try Self.template($0, scope) } }
    let help = problems.attempt { try map.address("help") }
    let subject = problems.attempt { try self.subject(map, scope) }
    let evidence = problems.attempt { try map.evidence() }
    guard problems.count == before, let severity = severity ?? nil, let because, let subject else {
      return nil
    }
    return RuleReport(
      severity: severity, because: because, remedy: remedy ?? nil, help: help ?? nil,
      capture: subject.capture, path: subject.path, evidence: evidence?.whole)
  }

  /// A text with expressions in braces.
  static func template(_ text: RuleText, _ scope: RuleScope) throws -> MessageTemplate {
    switch try FieldChecker(scope: scope).text(text) {
    case .string(let plain): MessageTemplate(parts: [.text(plain)])
    case .computed(let expression): MessageTemplate(parts: [.computed(expression)])
    case .text(let parts): MessageTemplate(parts: parts)
    case .literal, .message, .list, .conditional: MessageTemplate(parts: [])
    }
  }

  /// What the message points at.
  private func subject(_ map: YAMLMap, _ scope: RuleScope) throws -> (capture: Int, path: [String]) {
    guard let text = try map.text("at") else { return (pattern.anchor, []) }
    let parts = text.text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.dropFirst().allSatisfy(PatternChecker.isName) else {
      throw RuleError(.badSubject(text.text), text.node)
    }
    let capture = try scope.anyCapture(RuleText(text: parts[0], node: text.node))
    return (capture, Array(parts.dropFirst()))
  }
}

/// The parts of an evidence that are written in one place; the others may be written further out.
struct WrittenEvidence {
  var source: String?
  var date: String?
  var kind: Evidence.Kind?

  /// The evidence, where all parts are there.
  var whole: Evidence? {
    guard let source, let date, let kind else { return nil }
    return Evidence(source: source, date: date, kind: kind)
  }

  /// The parts with those of `outer` where they are missing.
  func completed(by outer: WrittenEvidence) -> WrittenEvidence {
    WrittenEvidence(
      source: source ?? outer.source, date: date ?? outer.date, kind: kind ?? outer.kind)
  }

  /// The keys of the parts that are missing.
  var missing: [String] {
    [("source", source == nil), ("date", date == nil), ("evidence", kind == nil)].filter(\.1).map(\.0)
  }
}

extension YAMLMap {
  /// One of the words that a type has for raw values.
  func word<Word: RawRepresentable & CaseIterable>(
    _ key: String, required: Bool = false
  ) throws -> Word? where Word.RawValue == String {
    guard let text = required ? try requiredText(key) : try text(key) else { return nil }
    guard let word = Word(rawValue: text.text) else {
      throw RuleError(
        .unknownWord(text.text, for: "'\(key)'", allowed: Word.allCases.map(\.rawValue)), text.node)
    }
    return word
  }

  /// How something is known, as far as it is written here.
  func evidence() throws -> WrittenEvidence {
    let date = try text("date")
    if let date, !Self.isDate(date.text) { throw RuleError(.badDate(date.text), date.node) }
    return WrittenEvidence(source: try text("source")?.text, date: date?.text, kind: try word("evidence"))
  }

  /// The address of a page.
  func address(_ key: String) throws -> String? {
    guard let text = try text(key) else { return nil }
    let isAddress = ["https://", "http://"].contains { text.text.hasPrefix($0) }
    let isPlain = text.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    guard isAddress, isPlain else { throw RuleError(.badAddress(text.text), text.node) }
    return text.text
  }

  /// Whether a text is a day or a month as ISO 8601 writes it.
  private static func isDate(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), parts.map(\.count) == [4, 2, 2].prefix(parts.count).map(\.self),
      parts.joined().utf8.allSatisfy({ (48...57).contains($0) })
    else { return false }
    return (1...12).contains(Int(parts[1]) ?? 0)
      && (parts.count == 2 || (1...31).contains(Int(parts[2]) ?? 0))
  }
}
