import Diagnostics

/// Makes checked rules of decoded ones: names, kernels, connections and expressions, all before any net is read.
struct RuleChecker {
  let source: SourceText
  let kernels: [KernelSignature]
  let reasons: [String]
  let isBuiltin: Bool

  func check(_ rule: UncheckedRule) throws -> Rule {
    try checkID(rule.id)
    let pattern = try PatternChecker(source: source).check(rule)
    var scope = RuleScope(pattern)
    let lets = try rule.lets.map { name, expression in
      let checked = try scope.check(expression, expecting: .dynamic)
      let item = Let(name: name.text, expression: checked)
      try scope.define(name, as: checked)
      return item
    }
    let transforms = try rule.transforms.map {
      try TransformChecker(source: source, kernels: kernels).check($0, scope)
    }
    let rewrite = try RewriteChecker(source: source, pattern: pattern).check(rule.rewrite, scope)
    if rewrite.removed.isEmpty, rewrite.replacements.isEmpty, transforms.isEmpty {
      throw RuleError(.nothingHappens, rule.rewrite.node)
    }
    return Rule(
      id: rule.id.text, summary: rule.summary, documentation: rule.documentation, tags: rule.tags.map(\.text),
      safety: try word(rule.safety, for: "'safety'") ?? .exact, priority: rule.priority,
      phase: try word(rule.phase, for: "'phase'") ?? .test, isQuiet: rule.quiet,
      allowances: Set(try rule.allow.compactMap { try word($0, for: "'allow'") }), pattern: pattern,
      lets: lets,
      transforms: transforms, rewrite: rewrite, tests: try rule.tests.map(checkTest), source: source,
      place: source.place(at: rule.node.offset), isBuiltin: isBuiltin)
  }

  func check(_ layout: UncheckedLayout) throws -> BlobLayout {
    try checkID(layout.id)
    let scope = RuleScope(layer: "layer")
    func expression(_ text: RuleText?, _ type: ExpressionType) throws -> CheckedExpression? {
      try text.map { try scope.check($0, expecting: type) }
    }
    return BlobLayout(
      id: layout.id.text, types: .oneOf(layout.types.map { Glob($0.text) }),
      condition: try expression(layout.condition, .boolean),
      roles: try layout.blobs.map { try word($0, for: "a blob's role")! },
      epsilon: try expression(layout.epsilon, .number()),
      usesStoredStatistics: try expression(layout.storedStatistics, .boolean),
      axis: try expression(layout.axis, .number()), axisCount: try expression(layout.axisCount, .number()),
      scale: try expression(layout.scale, .number()), shift: try expression(layout.shift, .number()),
      place: source.place(at: layout.node.offset))
  }

  private func checkID(_ id: RuleText) throws {
    let scalars = id.text.unicodeScalars
    func isLetter(_ s: Unicode.Scalar) -> Bool { ("a"..."z").contains(s) }
    guard let first = scalars.first, isLetter(first),
      scalars.allSatisfy({ isLetter($0) || ("0"..."9").contains($0) || $0 == "-" })
    else { throw RuleError(.badID(id.text), id.node) }
  }

  private func word<Word: RawRepresentable & CaseIterable>(
    _ text: RuleText?, for what: String
  ) throws -> Word? where Word.RawValue == String {
    guard let text else { return nil }
    guard let word = Word(rawValue: text.text) else {
      throw RuleError(
        .unknownWord(text.text, for: what, allowed: Word.allCases.map(\.rawValue)), text.node)
    }
    return word
  }

  private func checkTest(_ map: YAMLMap) throws -> RuleTest {
    try map.rejectUnknownKeys(allowed: ["name", "net", "expect"])
    let name = try map.requiredString("name")
    let net = try map.requiredText("net")
    let expect = try map.required("expect")
    let expectation: RuleTest.Expectation
    if expect.string == "unmatched" {
      expectation = .unmatched
    } else if expect.string == "rewritten" {
      expectation = .rewritten(layers: nil)
    } else if case .mapping = expect.content {
      let expected = try YAMLMap(expect, as: "expect")
      try expected.rejectUnknownKeys(allowed: ["layers", "refused"])
      if let refused = try expected.map("refused", as: "refused") {
        try refused.rejectUnknownKeys(allowed: ["at", "reason"])
        let reason = try refused.requiredText("reason")
        guard reasons.contains(reason.text) else {
          throw RuleError(.badReason(reason.text, known: reasons), reason.node)
        }
        expectation = .refused(layer: try refused.text("at")?.text, reason: reason.text)
      } else {
        expectation = .rewritten(layers: try expected.textList("layers").map(\.text))
      }
    } else {
      throw RuleError(.expectation(found: YAMLDescription(expect)), expect)
    }
    let place = source.place(at: map.node.offset)
    return RuleTest(
      name: name, net: SourceText(path: "\(place.description) (\(name))", bytes: Array(net.text.utf8)),
      expectation: expectation, place: place)
  }
}
