import Diagnostics
import RuleModel
import Rules
import Testing

/// Order, override and selection of rules.
@Suite struct RuleSetTests {
  /// A rule on a chain of `layers` layers.
  private func rule(
    _ id: String, layers: Int = 1, tags: String = "", rest: String = "", isBuiltin: Bool = false,
    path: String = "r.yaml"
  ) throws -> Rule {
    let captures = (0..<layers).map { index in
      "c\(index): {type: ReLU\(index > 0 ? ", bottom: c\(index - 1)" : "")}"
    }
    let (file, errors) = checkRules(
      """
      schema: 1
      rules:
        - {id: \(id), summary: S., tags: [\(tags)], match: {\(captures.joined(separator: ", "))}, rewrite: {remove: c0}\(rest)}
      """, path: path, isBuiltin: isBuiltin)
    #expect(errors.map(\.diagnostic.text) == [])
    return try #require(file.rules.first)
  }

  private func ids(_ rules: [Rule], _ change: (inout RuleSet.Selection) -> Void = { _ in }) throws -> [String]
  {
    var selection = RuleSet.Selection()
    change(&selection)
    return try RuleSet(rules, layouts: [], selection: selection).rules.map(\.id)
  }

  private func message(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch let error as any DiagnosticError {
      return error.diagnostic.text
    } catch {
      return "\(error)"
    }
  }

  // MARK: - Order

  @Test func largerPatternsGoFirstAndEqualOnesInFileOrder() throws {
    let rules = [
      try rule("a"), try rule("b", layers: 3), try rule("c", layers: 2), try rule("d", layers: 2),
      try rule("e"),
    ]
    #expect(try ids(rules) == ["b", "c", "d", "a", "e"])
  }

  @Test func priorityGoesBeforeSize() throws {
    let rules = [
      try rule("small", rest: ", priority: 1"), try rule("large", layers: 3),
      try rule("last", layers: 4, rest: ", priority: -1"),
    ]
    #expect(try ids(rules) == ["small", "large", "last"])
  }

  @Test func theLowestPriorityThereIsGoesLast() throws {
    let rules = [
      try rule("low", rest: ", priority: \(Int.min)"), try rule("high", rest: ", priority: \(Int.max)"),
    ]
    #expect(try ids(rules) == ["high", "low"])
  }

  // MARK: - Override

  @Test func aRuleOfTheUserTakesTheBuiltInOnesPlace() throws {
    let builtin = [
      try rule("a", tags: "inference", isBuiltin: true), try rule("b", tags: "inference", isBuiltin: true),
    ]
    let set = try RuleSet(builtin + [try rule("a")], layouts: [])
    #expect(set.rules.map(\.id) == ["a", "b"])
    #expect(set.rules.map(\.isBuiltin) == [false, true])
  }

  @Test func twoRulesOfTheUserCannotHaveOneId() throws {
    let rules = [try rule("a"), try rule("a", path: "other.yaml")]
    #expect(
      message { _ = try RuleSet(rules, layouts: []) } == """
        other.yaml:3:5: error: rule 'a' is defined twice, first at r.yaml:3:5; to override a rule, extend its file
            - {id: a, summary: S., tags: [], match: {c0: {type: ReLU}}, rewrite: {remove: c0}}
              ^
        """)
  }

  @Test func everyRepetitionIsFound() throws {
    let rules = [try rule("a"), try rule("b"), try rule("a"), try rule("b"), try rule("a")]
    #expect(
      RuleSet.repetitions(in: rules).map(\.reason) == [
        .repeatedID("a", first: "r.yaml:3:5"), .repeatedID("b", first: "r.yaml:3:5"),
        .repeatedID("a", first: "r.yaml:3:5"),
      ])
  }

  @Test func aLaterLayoutTakesThePlaceOfOneWithItsId() throws {
    let (file, errors) = checkRules(
      """
      schema: 1
      layouts:
        - {id: bn, type: BN, blobs: [gamma]}
        - {id: other, type: BN, blobs: [beta]}
        - {id: bn, type: BN, blobs: [mean]}
      """)
    #expect(errors.isEmpty)
    let set = try RuleSet([], layouts: file.layouts)
    #expect(set.layouts.map(\.id) == ["bn", "other"])
    #expect(set.layouts.map(\.roles) == [[.mean], [.beta]])
  }

  // MARK: - Selection

  private func several() throws -> [Rule] {
    [
      try rule("conv-bn", tags: "inference, batchnorm", isBuiltin: true),
      try rule("conv-scale", tags: "inference", isBuiltin: true),
      try rule("net-deploy", tags: "deploy", isBuiltin: true), try rule("mine", tags: "batchnorm"),
    ]
  }

  @Test func byDefaultTheInferenceSetAndAllOfTheUsersRulesAreSelected() throws {
    #expect(try ids(several()) == ["conv-bn", "conv-scale", "mine"])
  }

  @Test(arguments: [
    (["ALL"], ["conv-bn", "conv-scale", "net-deploy", "mine"]), (["conv-bn"], ["conv-bn"]),
    (["conv-*"], ["conv-bn", "conv-scale"]), (["batchnorm"], ["conv-bn", "mine"]),
    (["mine", "deploy"], ["net-deploy", "mine"]),
  ])
  func selectTakesIdsGlobsAndTags(select: [String], expected: [String]) throws {
    #expect(try ids(several()) { $0.select = select } == expected)
  }

  @Test func extendSelectAddsAndIgnoreTakesAway() throws {
    #expect(
      try ids(several()) { $0.extendSelect = ["deploy"] } == ["conv-bn", "conv-scale", "net-deploy", "mine"])
    #expect(try ids(several()) { $0.ignore = ["batchnorm"] } == ["conv-scale"])
    #expect(
      try ids(several()) {
        $0.select = ["ALL"]
        $0.ignore = ["conv-*", "deploy"]
      } == ["mine"])
  }

  @Test func approximateRulesNeedPermission() throws {
    let rules = [try rule("close", rest: ", safety: approximate"), try rule("equal")]
    #expect(try ids(rules) == ["equal"])
    #expect(try ids(rules) { $0.select = ["close"] } == [])
    #expect(try ids(rules) { $0.allowsApproximate = true } == ["close", "equal"])
  }

  @Test func conversionsRunWhenTheyAreSelected() throws {
    let rules = [try rule("turn", tags: "deploy", rest: ", safety: conversion"), try rule("equal")]
    #expect(try ids(rules) == ["equal"])
    #expect(try ids(rules) { $0.allowsApproximate = true } == ["equal"])
    #expect(try ids(rules) { $0.select = ["turn"] } == ["turn"])
    #expect(try ids(rules) { $0.extendSelect = ["deploy"] } == ["turn", "equal"])
    #expect(try ids(rules) { $0.select = ["ALL"] } == ["turn", "equal"])
  }

  @Test(arguments: [
    ("conv-bm", "error: no rule, tag or set is called 'conv-bm'; did you mean 'conv-bn'?"),
    ("batch-norm", "error: no rule, tag or set is called 'batch-norm'; did you mean 'batchnorm'?"),
    ("all", "error: no rule, tag or set is called 'all'; did you mean 'ALL'?"),
    (
      "fc-*",
      "error: no rule, tag or set is called 'fc-*'; 'caffold rules list --select ALL' lists them"
    ),
  ])
  func aSelectorThatFitsNothingIsRefused(selector: String, expected: String) throws {
    let rules = try several()
    #expect(message { _ = try ids(rules) { $0.select = [selector] } } == expected)
    #expect(message { _ = try ids(rules) { $0.extendSelect = [selector] } } == expected)
    // A glob among those ignored may find nothing.
    let ignoring = message { _ = try ids(rules) { $0.ignore = [selector] } }
    #expect(ignoring == (selector.contains("*") ? nil : expected))
  }
}
