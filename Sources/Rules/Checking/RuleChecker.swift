import Diagnostics
import RuleModel
import YAML

/// Makes checked rules of decoded ones: names, kernels, connections and expressions, all before any net is read.
struct RuleChecker {
  let source: SourceText
  let kernels: [KernelSignature]
  let reasons: [String]
  let isBuiltin: Bool
  let problems: RuleProblems
  let context: RuleContext

  /// How many names a rule defines under `let` at most.
  static let letLimit = 256

  /// The checked rule, or nil and everything that is wrong with it gathered.
  func check(_ rule: UncheckedRule) -> Rule? {
    let before = problems.count
    _ = problems.attempt { try checkID(rule.id) }
    let safety = problems.attempt { try word(rule.safety, for: "'safety'") ?? Rule.Safety.exact }
    let phase = problems.attempt { try word(rule.phase, for: "'phase'") ?? Rule.PhaseCondition.test }
    let syntax = problems.attempt { try word(rule.syntax, for: "'syntax'") ?? Rule.Syntax.any }
    let allowances = problems.attempt {
      Set(try rule.allow.compactMap { try word($0, for: "'allow'") as Rule.Allowance? })
    }
    // Everything else speaks of parameters and captures; without them there is nothing to check it against.
    guard let parameters = checkParameters(of: rule) else { return nil }
    var context = context
    context.parameters = parameters
    let testChecker = TestChecker(source: source, reasons: reasons, context: context)
    let tests = problems.attemptEach(rule.tests) {
      try testChecker.check($0, parameters, isReport: rule.isReport)
    }
    let tolerance = problems.attempt { try rule.tolerance.map(Self.tolerance) }
    let isOptIn = problems.attempt { try self.isOptIn(rule) }
    let passes = problems.attempt { try self.passes(rule) }
    guard
      var pattern = problems.attempt({
        try PatternChecker(source: source, context: context, problems: problems).check(rule)
      })
    else { return nil }
    let body = checkBody(of: rule, &pattern, context)
    guard rule.isSound, problems.count == before, !problems.isFull, let safety, let phase, let syntax,
      let allowances, let body
    else { return nil }
    var checked = Rule(
      id: rule.id.text, summary: rule.summary, documentation: rule.documentation, tags: rule.tags.map(\.text),
      safety: safety, priority: rule.priority, phase: phase, isOnce: rule.once, isQuiet: rule.quiet,
      allowances: allowances,
      parameters: parameters, pattern: pattern,
      lets: body.lets, transforms: body.transforms, rewrite: body.rewrite, tests: tests, source: source,
      node: rule.node, isBuiltin: isBuiltin)
    checked.syntax = syntax
    checked.tolerance = tolerance ?? nil
    checked.isOptIn = isOptIn ?? false
    checked.passes = passes ?? 0
    checked.measure = body.measure
    checked.typeLists = context.typeLists
    checked.report = body.report
    return checked
  }

  /// `parameters`; nil when one of them is wrong.
  private func checkParameters(of rule: UncheckedRule) -> [RuleParameter]? {
    guard rule.parameters.count <= ParameterChecker.limit else {
      return problems.attempt {
        throw RuleError(
          .tooMany(rule.parameters.count, of: "parameters", limit: ParameterChecker.limit),
          rule.parameters[ParameterChecker.limit].name.node)
      }
    }
    let checker = ParameterChecker(context: context)
    let captures = rule.match.map(\.name.text)
    let parameters = rule.parameters.compactMap { name, map in
      problems.attempt { try checker.check(name, map, taken: captures) }
    }
    return parameters.count == rule.parameters.count ? parameters : nil
  }

  /// What a rule does with a match.
  private struct Body {
    var lets: [Let]
    var transforms: [Transform] = []
    var rewrite = Rewrite()
    var report: RuleReport?
    var measure: CheckedExpression?
  }

  /// How often a rule may rewrite its own results at most.
  static let passLimit = 1024

  /// A number from 0.
  static func tolerance(_ text: RuleText) throws -> Double {
    guard let number = Double(text.text), number >= 0, number.isFinite else {
      throw RuleError(.badTolerance(text.text), text.node)
    }
    return number
  }

  private func isOptIn(_ rule: UncheckedRule) throws -> Bool {
    guard let word = rule.usual else { return false }
    guard ["on", "off"].contains(word.text) else { throw RuleError(.badSwitch(word.text), word.node) }
    return word.text == "off"
  }

  private func passes(_ rule: UncheckedRule) throws -> Int {
    guard let text = rule.passes else {
      if let measure = rule.measure { throw RuleError(.measureAlone, measure.node) }
      return 0
    }
    guard let number = Int(text.text), (1...Self.passLimit).contains(number) else {
      throw RuleError(.badPasses(text.text, limit: Self.passLimit), text.node)
    }
    return number
  }

  /// `let`, `where`, `transform`, and `rewrite` or `report`.
  private func checkBody(of rule: UncheckedRule, _ pattern: inout Pattern, _ context: RuleContext) -> Body? {
    guard rule.lets.count <= Self.letLimit else {
      _ = problems.attempt {
        throw RuleError(
          .tooMany(rule.lets.count, of: "names under 'let'", limit: Self.letLimit),
          rule.lets[Self.letLimit].name.node)
      }
      return nil
    }
    var scope = RuleScope(pattern, context)
    var lets: [Let] = []
    for (name, text) in rule.lets {
      let later = rule.lets.drop { $0.name.text != name.text }.map(\.name.text)
      let checked = problems.attempt { try check(text, scope, definedLater: later) }
      // Known all the same, so that what uses it is not reported too.
      _ = problems.attempt { try scope.define(name, as: checked?.type ?? .dynamic) }
      if let checked { lets.append(Let(name: name.text, expression: checked)) }
    }
    let conditionScope = scope
    pattern.conditions = problems.attemptEach(rule.conditions) { try conditionScope.check($0) }
    switch rule.action {
    case .report(let map):
      return ReportChecker(pattern: pattern, problems: problems).check(map, scope).map {
        Body(lets: lets, report: $0)
      }
    case .rewrite(let map): return checkRewriting(of: rule, map, pattern, scope, lets)
    }
  }

  /// `transform` and `rewrite`.
  private func checkRewriting(
    of rule: UncheckedRule, _ map: YAMLMap, _ checkedPattern: Pattern, _ scope: RuleScope, _ lets: [Let]
  ) -> Body? {
    let before = problems.count
    let steps = TransformChecker(source: source, kernels: kernels, problems: problems)
    let transforms = problems.attemptEach(rule.transforms) { try steps.check($0, scope) }
    let rewrite = problems.attempt {
      try RewriteSectionChecker(source: source, pattern: checkedPattern, problems: problems)
        .check(map, scope)
    }
    guard let rewrite else { return nil }
    _ = problems.attemptEach(transforms) { step in
      guard case .set(let assignment) = step, rewrite.lets(go: assignment.target.capture) else { return }
      let name = checkedPattern.captures[assignment.target.capture].name
      throw RuleError(.setInVain(capture: name), at: assignment.place)
    }
    if rewrite.isEmpty, transforms.isEmpty, problems.count == before {
      _ = problems.attempt { throw RuleError(.nothingHappens, map.node) }
    }
    let measure = problems.attempt { try rule.measure.map { try scope.check($0, expecting: .number()) } }
    return Body(lets: lets, transforms: transforms, rewrite: rewrite, measure: measure ?? nil)
  }

  /// Checks the expression of a `let`; `definedLater` are the names of this one and of those after it.
  private func check(
    _ text: RuleText, _ scope: RuleScope, definedLater: [String]
  ) throws -> CheckedExpression {
    do {
      return try scope.check(text)
    } catch let error as LocatedExpressionError {
      switch error.error.kind {
      case .unknownName(let name, _) where definedLater.contains(name),
        .unknownCapture(let name, _) where definedLater.contains(name):
        throw RuleError(.usedTooEarly(name), at: error.place)
      default: throw error
      }
    }
  }

  /// The checked layout.
  func check(_ layout: UncheckedLayout) throws -> BlobLayout {
    try checkID(layout.id)
    let scope = RuleScope(layer: "layer", context)
    let roles: [BlobLayout.Role] = try layout.blobs.map { try word($0, for: "'blobs'")! }
    for (index, role) in roles.enumerated() where role != .ignored && roles[..<index].contains(role) {
      throw RuleError(.repeatedRole(role.rawValue), layout.blobs[index].node)
    }
    func expression(_ text: RuleText?, _ type: ExpressionType) throws -> CheckedExpression? {
      try text.map { try scope.check($0, expecting: type) }
    }
    if let variance = roles.firstIndex(of: .variance), layout.epsilon == nil {
      throw RuleError(.varianceAlone, layout.blobs[variance].node)
    }
    return BlobLayout(
      id: layout.id.text, types: .oneOf(layout.types.map { Glob($0.text) }),
      condition: try expression(layout.condition, .boolean),
      roles: roles,
      epsilon: try expression(layout.epsilon, .number()),
      usesStoredStatistics: try expression(layout.storedStatistics, .boolean),
      axis: try expression(layout.axis, .number()), axisCount: try expression(layout.axisCount, .number()),
      scale: try expression(layout.scale, .tensor(.unknown)),
      shift: try expression(layout.shift, .tensor(.unknown)),
      refusal: layout.refusal, warning: layout.warning,
      warningCondition: try expression(layout.warningCondition, .boolean),
      assumption: try expression(layout.assumption, .boolean),
      place: source.place(at: layout.node.offset), isBuiltin: isBuiltin)
  }

  /// Lower-case letters, digits and hyphens, beginning with a letter.
  static func isID(_ text: String) -> Bool {
    func isLetter(_ s: Unicode.Scalar) -> Bool { ("a"..."z").contains(s) }
    guard let first = text.unicodeScalars.first, isLetter(first) else { return false }
    return text.unicodeScalars.allSatisfy { isLetter($0) || ("0"..."9").contains($0) || $0 == "-" }
  }

  private func checkID(_ id: RuleText) throws {
    guard Self.isID(id.text) else { throw RuleError(.badID(id.text), id.node) }
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
}
