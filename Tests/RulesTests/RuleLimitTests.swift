import RuleModel
import Rules
import Testing

/// Limits of rule files, and what is read beside mistakes. Files with mistakes, and what is said of them, are in `FaultyFiles`.
@Suite struct RuleLimitTests {
  @Test func afterAHundredErrorsTheRestIsNotTold() {
    let rules = String(repeating: "1, ", count: 100_000)
    #expect(checkRules("schema: 1\nrules: [\n\(rules)]\n").errors.count == 100)
    let keys = (0..<20_000).map { "k\($0): 1\n" }.joined()
    let (file, errors) = checkRules("schema: 1\n" + keys)
    #expect(errors.count == 100)
    #expect(
      file.notes.map(\.text) == [
        "r.yaml: note: the rest of this file was not checked: 100 errors is the limit for one file"
      ])
  }

  @Test func aLongLineIsShownInPart() {
    let line = (0..<20_000).map { "k\($0): 1" }.joined(separator: ", ")
    let errors = checkRules("schema: 1\nrules:\n  - {id: x, \(line)}\n").errors
    #expect(errors.count == 100)
    #expect(errors.last?.diagnostic.text.hasPrefix("r.yaml:3:795: error: unknown key 'k99'\n  …") == true)
    #expect(errors.allSatisfy { $0.diagnostic.text.utf8.count < 400 })
    for error in errors {
      guard case .text(let place) = error.diagnostic.location else {
        Issue.record("an error without a place")
        continue
      }
      #expect(place.lineText.utf8.count <= 2048)
    }
  }

  @Test(arguments: [257, 20_000])
  func aPatternHasALimitedNumberOfCaptures(count: Int) {
    let captures = (0..<count).map { "c\($0): {}" }.joined(separator: ", ")
    let errors = checkRules(
      "schema: 1\nrules:\n- {id: r, summary: S., match: {\(captures)}, rewrite: {remove: c0}}\n"
    ).errors
    #expect(
      errors.map(\.diagnostic.headline) == [
        "r.yaml:3:31: a rule can have 256 captures, this one has \(count)"
      ])
  }

  @Test(arguments: [257, 20_000])
  func aRuleDefinesALimitedNumberOfNames(count: Int) {
    let lets = (0..<count).map { "    s\($0): 1\n" }.joined()
    let errors = checkRules(
      """
      schema: 1
      rules:
      - id: r
        summary: S.
        match: {bn: {type: BatchNorm}}
        rewrite: {remove: bn}
        let:
      \(lets)
      """
    ).errors
    #expect(
      errors.map(\.diagnostic.headline) == [
        "r.yaml:264:5: a rule can have 256 names under 'let', this one has \(count)"
      ])
  }

  @Test func whatIsRightBesideMistakesIsRead() {
    let (file, errors) = checkRules(
      """
      schema: 1
      rules:
        - {id: good, summary: S., match: {bn: {type: BatchNorm}}, rewrite: {remove: bn}}
        - {id: bad, summary: S., match: {bn: {type: BatchNorm}}, rewrite: {remove: nb}}
      """)
    #expect(file.rules.map(\.id) == ["good"])
    #expect(errors.count == 1)
  }
}
