import Diagnostics
import Tensors
import Testing

@testable import RuleModel
@testable import Rules

/// What parameters take, and which rules they go to.
@Suite struct RuleParameterTests {
  private static let oneNumber = ExpressionValue.tensor(Tensor([5]))

  @Test(
    arguments: [
      (.number, "1.5", .number(1.5)), (.number, "-1e-3", .number(-0.001)),
      (.number, " 1/255 ", .number(1.0 / 255)),
      (.number, "", nil), (.number, "1,2", nil), (.number, "ten", nil), (.number, "1/0", nil),
      (.number, "true", nil),
      (.numbers, "104,117, 123", .tensor(Tensor([104, 117, 123]))),
      (.numbers, "[104, 117, 123]", .tensor(Tensor([104, 117, 123]))),
      (.numbers, "5", oneNumber), (.numbers, "[5]", oneNumber),
      (.numbers, "full(2, 7)", .tensor(Tensor([7, 7]))),
      (.numbers, "", nil), (.numbers, "[]", nil), (.numbers, "1,,2", nil), (.numbers, "1,x", nil),
      (.numbers, "zeros([1, 2])", nil), (.numbers, "0/0", nil),
      (.boolean, "true", .boolean(true)), (.boolean, "false", .boolean(false)), (.boolean, "yes", nil),
      (.text, "", .string("")), (.text, "a, b=c", .string("a, b=c")),
      (.oneOf(["rgb", "bgr"]), "bgr", .string("bgr")), (.oneOf(["rgb", "bgr"]), "BGR", nil),
    ] as [(RuleParameter.Kind, String, ExpressionValue?)])
  func valueOfText(kind: RuleParameter.Kind, text: String, expected: ExpressionValue?) {
    #expect(kind.value(of: text) == expected)
    // What is shown can be given again.
    if let expected { #expect(kind.value(of: expected.parameterText) == expected) }
  }

  // MARK: - Which rules a value goes to

  private func rule(_ id: String, _ parameters: String, tags: String = "") throws -> Rule {
    let (file, errors) = checkRules(
      """
      schema: 1
      rules:
        - {id: \(id), summary: S., tags: [\(tags)], parameters: {\(parameters)}, match: {c: {type: ReLU}}, rewrite: {remove: c}}
      """, path: "\(id).yaml")
    #expect(errors.map(\.diagnostic.text) == [])
    return try #require(file.rules.first)
  }

  private func rules() throws -> [Rule] {
    [
      try rule("a", "mean: {type: numbers, summary: S.}"),
      try rule("b", "mean: {type: number, default: 7, where: mean > 0, summary: S.}"),
      try rule("c", "order: {one_of: [rgb, bgr], default: rgb, summary: S.}", tags: "other"),
    ]
  }

  /// The values by rule, or what is said.
  private func given(_ arguments: [String], select: [String] = []) throws -> String {
    var selection = RuleSet.Selection()
    selection.select = select
    do {
      selection.arguments = try arguments.map { try ParameterArgument(parsing: $0) }
      let set = try RuleSet(try rules(), layouts: [], selection: selection)
      try set.checkParameters()
      return set.rules.map { rule in
        rule.parameters.map {
          "\(rule.id).\($0.name)=\(rule.value(ofParameter: $0.name)?.parameterText ?? "")"
        }
        .joined(separator: " ")
      }.joined(separator: " ")
    } catch let error as RuleError {
      return error.diagnostic.text
    }
  }

  @Test(arguments: [
    (["mean=1"], "a.mean=1 b.mean=1 c.order=rgb"),
    (["a.mean=1,2"], "a.mean=1,2 b.mean=7 c.order=rgb"),
    (["a.mean=1,2", "mean=3"], "a.mean=1,2 b.mean=3 c.order=rgb"),
    (["mean=3", "b.mean=1/4", "order=bgr"], "a.mean=3 b.mean=0.25 c.order=bgr"),
    (["mean"], "error: '--param mean' gives no value; write '--param name=value'"),
    (["=1"], "error: '--param =1' gives no value; write '--param name=value'"),
    (["maen=1"], "error: no selected rule has a parameter 'maen'; did you mean 'mean'?"),
    (
      ["scale=1"],
      "error: no selected rule has a parameter 'scale'; there are 'mean' and 'order'"
    ),
    (["nobody.mean=1"], "error: there is no rule 'nobody'; 'caffold rules list --select ALL' lists them"),
    (["a.order=rgb"], "error: rule 'a' has no parameter 'order'; there is only 'mean'"),
    (
      ["mean=1", "mean=2"],
      "error: parameter 'mean' is given twice; remove one, or name the rules: 'rule-id.mean'"
    ),
    (["a.mean=1", "a.mean=2"], "error: parameter 'a.mean' is given twice; remove one"),
    (
      ["a.mean=x"],
      "error: expected numbers with commas between them for parameter 'mean' of rule 'a', found 'x'"
    ),
    (
      ["mean=1,2"],
      "error: expected a number for parameter 'mean' of rule 'b', found '1,2'"
    ),
    (
      ["mean=1", "order=xyz"], "error: expected 'rgb' or 'bgr' for parameter 'order' of rule 'c', found 'xyz'"
    ),
    (["mean=-1"], "error: parameter 'mean' of rule 'b' cannot be -1: 'mean > 0' does not hold"),
    (
      ["order=bgr"],
      """
      a.yaml:3:49: error: rule 'a' needs a value for 'mean', numbers with commas between them; give it with '--param mean=…'
          - {id: a, summary: S., tags: [], parameters: {mean: {type: numbers, summary: S.}}, match: {c: {typ…
                                                        ^
      """
    ),
  ])
  func values(arguments: [String], expected: String) throws {
    #expect(try given(arguments) == expected)
  }

  @Test(arguments: [
    (
      ["mean=1"],
      "error: the rules that have the parameter 'mean' are not selected; add '--extend-select' with 'a' or 'b'"
    ),
    (
      ["a.mean=1"],
      "error: rule 'a' has the parameter 'mean' but is not selected; add '--extend-select a'"
    ),
    (["order=bgr"], "c.order=bgr"),
  ])
  func ofARuleThatIsNotSelected(arguments: [String], expected: String) throws {
    #expect(try given(arguments, select: ["other"]) == expected)
  }

  @Test func withoutAnyParameterNothingIsSuggested() throws {
    var selection = RuleSet.Selection()
    selection.arguments = [try ParameterArgument(parsing: "mean=1")]
    let error = #expect(throws: RuleError.self) {
      try RuleSet([try rule("a", "")], layouts: [], selection: selection)
    }
    #expect(error?.diagnostic.text == "error: no selected rule has a parameter 'mean', nor any other")
  }
}
