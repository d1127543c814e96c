import Rules
import Testing

/// Several mistakes in one file: each is told once, in the order of the file.
@Suite struct SeveralFaultsTests {
  @Test func allMistakesOfAFileAreTold() {
    let faulty = FaultyRule(
      "several",
      """
      schema: 1
      extra: 1
      rules:
        - id: First
          summary: S.
          match: {bn: {type: BatchNorm}}
          let: {s: gamma, t: s * 2}
          rewrite: {remove: nb}
        - id: second
          sumary: S.
          prioity: 3
          match: {bn: BatchNorm}
          rewrite: {remove: bn}
        - id: third
          summary: S.
          match: {bn: {type: BatchNorm}}
          rewrite: {remove: bn}
          tests:
            - {name: a, net: '', expect: unmatchd}
            - {name: b, net: ''}
      layouts:
        - {id: l, type: BN, blobs: [gama]}
      """,
      """
      r.yaml:2:1: error: unknown key 'extra'
        extra: 1
        ^
      r.yaml:4:9: error: 'First' is no id; use lower-case letters, digits and hyphens, beginning with a letter
          - id: First
                ^
      r.yaml:7:14: error: name 'gamma' is not defined
            let: {s: gamma, t: s * 2}
                     ^
      r.yaml:8:23: error: capture 'nb' is not bound by this pattern; did you mean 'bn'?
            rewrite: {remove: nb}
                              ^
      r.yaml:10:5: error: unknown key 'sumary'; did you mean 'summary'?
            sumary: S.
            ^
      r.yaml:11:5: error: unknown key 'prioity'; did you mean 'priority'?
            prioity: 3
            ^
      r.yaml:12:17: error: expected a mapping as capture 'bn', found the string 'BatchNorm'
            match: {bn: BatchNorm}
                        ^
      r.yaml:19:36: error: expected 'rewritten', 'unmatched', {layers: […]} or {refused: {reason: …}} for 'expect', found the string 'unmatchd'
              - {name: a, net: '', expect: unmatchd}
                                           ^
      r.yaml:20:9: error: key 'expect' is missing in this test
              - {name: b, net: ''}
                ^
      r.yaml:22:31: error: 'gama' is not known for a blob's role; did you mean 'gamma'?
          - {id: l, type: BN, blobs: [gama]}
                                      ^
      """)
    #expect(faulty.messages == faulty.expected)
  }

  @Test func afterAHundredErrorsTheRestIsNotTold() {
    let rules = String(repeating: "1, ", count: 100_000)
    #expect(checkRules("schema: 1\nrules: [\n\(rules)]\n").errors.count == 100)
    let keys = (0..<20_000).map { "k\($0): 1\n" }.joined()
    #expect(checkRules("schema: 1\n" + keys).errors.count == 100)
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
