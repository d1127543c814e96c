import RuleModel
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
      r.yaml:2:1: error: unknown key 'extra'; expected 'extends' or 'types'
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

  @Test func allMistakesOfARuleAreTold() {
    let faulty = FaultyRule(
      "several in one rule",
      """
      schema: 1
      rules:
        - id: first
          sumary: S.
          match:
            conv: {type: Convolution, where: [conv.blobs.cuont == 1, len(conv) == 1]}
            gain: {type: VendorGain, bottom: conv, where: gain.blobs.count}
          where: gian.blobs.count == 1
          transform:
            - {kernel: fold-affine, inot: conv, scale: s, shfit: t}
            - {set: "conv.blobs[0]", to: "conv.blobs[0] * rows("}
          rewrite: {keep: [conv, con], remove: gane}
        - id: second
          summary: S.
          match:
            a: {type: ReLU, botom: b}
            b: {typ: ReLU}
          rewrite: {remove: c}
        - id: third
          summary: S.
          match: {a: {type: ReLU}}
          rewrite: {rename: {a: "{c.name}"}, clear: [a, b.x], output: middle}
      """,
      """
      r.yaml:4:5: error: unknown key 'sumary'; did you mean 'summary'?
            sumary: S.
            ^
      r.yaml:6:52: error: a list has no 'cuont'; did you mean 'count'?
              conv: {type: Convolution, where: [conv.blobs.cuont == 1, len(conv) == 1]}
                                                           ^
      r.yaml:6:68: error: 'len' expects a tensor or list for 'x', found a layer
              conv: {type: Convolution, where: [conv.blobs.cuont == 1, len(conv) == 1]}
                                                                           ^
      r.yaml:7:53: error: expected a boolean, found a number
              gain: {type: VendorGain, bottom: conv, where: gain.blobs.count}
                                                            ^
      r.yaml:8:12: error: capture 'gian' is not bound by this pattern; did you mean 'gain'?
            where: gian.blobs.count == 1
                   ^
      r.yaml:10:31: error: kernel 'fold-affine' takes no 'inot'; did you mean 'into'?
              - {kernel: fold-affine, inot: conv, scale: s, shfit: t}
                                      ^
      r.yaml:10:50: error: name 's' is not defined
              - {kernel: fold-affine, inot: conv, scale: s, shfit: t}
                                                         ^
      r.yaml:10:53: error: kernel 'fold-affine' takes no 'shfit'; did you mean 'shift'?
              - {kernel: fold-affine, inot: conv, scale: s, shfit: t}
                                                            ^
      r.yaml:11:58: error: expected a value, found the end of the expression
              - {set: "conv.blobs[0]", to: "conv.blobs[0] * rows("}
                                                                 ^
      r.yaml:12:28: error: capture 'con' is not bound by this pattern; did you mean 'conv'?
            rewrite: {keep: [conv, con], remove: gane}
                                   ^
      r.yaml:12:42: error: capture 'gane' is not bound by this pattern; there are 'conv' and 'gain'
            rewrite: {keep: [conv, con], remove: gane}
                                                 ^
      r.yaml:16:23: error: unknown key 'botom'; did you mean 'bottom'?
              a: {type: ReLU, botom: b}
                              ^
      r.yaml:17:11: error: unknown key 'typ'; did you mean 'type'?
              b: {typ: ReLU}
                  ^
      r.yaml:22:27: error: capture 'c' is not bound by this pattern; did you mean 'a'?
            rewrite: {rename: {a: "{c.name}"}, clear: [a, b.x], output: middle}
                                  ^
      r.yaml:22:48: error: 'a' cannot be cleared; use a parameter, 'capture.convolution_param.weight_filler' or 'capture.param'
            rewrite: {rename: {a: "{c.name}"}, clear: [a, b.x], output: middle}
                                                       ^
      r.yaml:22:51: error: capture 'b' is not bound by this pattern; did you mean 'a'?
            rewrite: {rename: {a: "{c.name}"}, clear: [a, b.x], output: middle}
                                                          ^
      r.yaml:22:65: error: 'middle' is not known for 'output'; use 'first' or 'last'
            rewrite: {rename: {a: "{c.name}"}, clear: [a, b.x], output: middle}
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
