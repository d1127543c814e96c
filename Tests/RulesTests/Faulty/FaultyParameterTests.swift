import Testing

/// Parameters that do not say what they are, or are not what they say.
@Suite struct FaultyParameterTests {
  /// A rule with these parameters, a condition and a test.
  private static func rule(
    _ parameters: String, where condition: String = "true", test: String = ""
  ) -> String {
    """
    schema: 1
    rules:
      - id: r
        summary: S.
        parameters: \(parameters)
        match: {conv: {type: Convolution}}
        where: \(condition)
        rewrite: {remove: conv}
        tests:
          - {name: t, net: '', \(test)expect: unmatched}
    """
  }

  @Test(arguments: [
    FaultyRule(
      "a list of parameters", rule("[mean]"),
      """
      r.yaml:5:17: error: expected a mapping for 'parameters', found a list
            parameters: [mean]
                        ^
      """),
    FaultyRule(
      "a parameter as a word", rule("{mean: numbers}"),
      """
      r.yaml:5:24: error: expected a mapping as parameter 'mean', found the string 'numbers'
            parameters: {mean: numbers}
                               ^
      """),
    FaultyRule(
      "an unknown key", rule("{mean: {type: numbers, defualt: 1, summary: S.}}"),
      """
      r.yaml:5:40: error: unknown key 'defualt'; did you mean 'default'?
            parameters: {mean: {type: numbers, defualt: 1, summary: S.}}
                                               ^
      """),
    FaultyRule(
      "no summary", rule("{mean: {type: numbers, default: 1}}"),
      """
      r.yaml:5:24: error: key 'summary' is missing in this parameter 'mean'
            parameters: {mean: {type: numbers, default: 1}}
                               ^
      """),
    FaultyRule(
      "no type", rule("{mean: {default: 1, summary: S.}}"),
      """
      r.yaml:5:24: error: say what 'mean' is: 'type' is 'number', 'numbers', 'boolean' or 'text', 'one_of' lists the words it can be
            parameters: {mean: {default: 1, summary: S.}}
                               ^
      """),
    FaultyRule(
      "a type that there is not", rule("{mean: {type: vector, default: 1, summary: S.}}"),
      """
      r.yaml:5:31: error: 'vector' is not known for 'type'; use 'number', 'numbers', 'boolean' or 'text'
            parameters: {mean: {type: vector, default: 1, summary: S.}}
                                      ^
      """),
    FaultyRule(
      "a type and words", rule("{order: {type: text, one_of: [rgb, bgr], summary: S.}}"),
      """
      r.yaml:5:25: error: 'type' and 'one_of' exclude each other under 'order'; remove one
            parameters: {order: {type: text, one_of: [rgb, bgr], summary: S.}}
                                ^
      """),
    FaultyRule(
      "no words", rule("{order: {one_of: [], summary: S.}}"),
      """
      r.yaml:5:34: error: the list for 'one_of' is empty; leave the key out, or name something
            parameters: {order: {one_of: [], summary: S.}}
                                         ^
      """),
    FaultyRule(
      "one word twice", rule("{order: {one_of: [rgb, bgr, rgb], summary: S.}}"),
      """
      r.yaml:5:45: error: 'rgb' is named twice under 'one_of'; remove one
            parameters: {order: {one_of: [rgb, bgr, rgb], summary: S.}}
                                                    ^
      """),
    FaultyRule(
      "a name with a hyphen", rule("{input-mean: {type: numbers, default: 1, summary: S.}}"),
      """
      r.yaml:5:18: error: 'input-mean' is no name for a capture, parameter or 'let'; use letters, digits and underscores, beginning with a letter
            parameters: {input-mean: {type: numbers, default: 1, summary: S.}}
                         ^
      """),
    FaultyRule(
      "the name of a capture", rule("{conv: {type: number, default: 1, summary: S.}}"),
      """
      r.yaml:5:18: error: 'conv' is defined twice; captures, parameters and 'let' share their names
            parameters: {conv: {type: number, default: 1, summary: S.}}
                         ^
      """),
    FaultyRule(
      "a default of another kind", rule("{mean: {type: numbers, default: none, summary: S.}}"),
      """
      r.yaml:5:49: error: expected numbers with commas between them for 'default', found the string 'none'
            parameters: {mean: {type: numbers, default: none, summary: S.}}
                                                        ^
      """),
    FaultyRule(
      "a default that is none of the words",
      rule("{order: {one_of: [rgb, bgr], default: grb, summary: S.}}"),
      """
      r.yaml:5:55: error: expected 'rgb' or 'bgr' for 'default', found the string 'grb'
            parameters: {order: {one_of: [rgb, bgr], default: grb, summary: S.}}
                                                              ^
      """),
    FaultyRule(
      "an endless default", rule("{mean: {type: number, default: .inf, summary: S.}}"),
      """
      r.yaml:5:48: error: expected a number for 'default', found the number .inf
            parameters: {mean: {type: number, default: .inf, summary: S.}}
                                                       ^
      """),
    FaultyRule(
      "a giant default", rule("{mean: {type: numbers, default: 'zeros(100000)', summary: S.}}"),
      """
      r.yaml:5:49: error: expected numbers with commas between them for 'default', found the string 'zeros(100000)'
            parameters: {mean: {type: numbers, default: 'zeros(100000)', summary: S.}}
                                                        ^
      """),
    FaultyRule(
      "a default that its condition forbids",
      rule("{scale: {type: number, default: 0, where: scale != 0, summary: S.}}"),
      """
      r.yaml:5:49: error: 'default' cannot be 0: 'scale != 0' does not hold
            parameters: {scale: {type: number, default: 0, where: scale != 0, summary: S.}}
                                                        ^
      """),
    FaultyRule(
      "a condition on something else",
      rule("{scale: {type: number, default: 1, where: conv.blobs.count == 1, summary: S.}}"),
      """
      r.yaml:5:59: error: capture 'conv' is not bound by this pattern
            parameters: {scale: {type: number, default: 1, where: conv.blobs.count == 1, summary: S.}}
                                                                  ^
      """),
    FaultyRule(
      "a misspelled parameter",
      rule("{mean: {type: numbers, default: 1, summary: S.}}", where: "all(meen > 0)"),
      """
      r.yaml:7:16: error: name 'meen' is not defined; did you mean 'mean'?
            where: all(meen > 0)
                       ^
      """),
    FaultyRule(
      "a parameter used as what it is not",
      rule("{mean: {type: text, default: '', summary: S.}}", where: "mean > 0"),
      """
      r.yaml:7:17: error: cannot compare a string with a number
            where: mean > 0
                        ^
      """),
    FaultyRule(
      "a word that a parameter cannot be",
      rule("{order: {one_of: [rgb, bgr], default: rgb, summary: S.}}", where: "order == 'brg'"),
      """
      r.yaml:7:21: error: 'brg' is no value of 'order', which has 'rgb' and 'bgr'; did you mean 'bgr'?
            where: order == 'brg'
                            ^
      """),
    FaultyRule(
      "a test that gives too little", rule("{mean: {type: numbers, summary: S.}}"),
      """
      r.yaml:10:9: error: test 't' gives no value for 'mean', which has no default; write 'parameters: {mean: …}'
              - {name: t, net: '', expect: unmatched}
                ^
      """),
    FaultyRule(
      "a test that gives too much",
      rule("{mean: {type: numbers, default: 1, summary: S.}}", test: "parameters: {maen: 1}, "),
      """
      r.yaml:10:41: error: the rule has no parameter 'maen'; did you mean 'mean'?
              - {name: t, net: '', parameters: {maen: 1}, expect: unmatched}
                                                ^
      """),
    FaultyRule(
      "a test that gives something else",
      rule("{mean: {type: numbers, default: 1, summary: S.}}", test: "parameters: {mean: [1, [2]]}, "),
      """
      r.yaml:10:47: error: expected numbers with commas between them for 'mean', found a list
              - {name: t, net: '', parameters: {mean: [1, [2]]}, expect: unmatched}
                                                      ^
      """),
    FaultyRule(
      "a test of a rule without parameters",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match: {conv: {type: Convolution}}
          rewrite: {remove: conv}
          tests: [{name: t, net: '', parameters: {mean: 1}, expect: unmatched}]
      """,
      """
      r.yaml:7:45: error: the rule has no parameter 'mean'; declare it under 'parameters'
            tests: [{name: t, net: '', parameters: {mean: 1}, expect: unmatched}]
                                                    ^
      """),
    FaultyRule(
      "a 'let' with the name of a parameter",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          parameters: {s: {type: number, default: 1, summary: S.}}
          match: {conv: {type: Convolution}}
          let: {s: 1}
          rewrite: {remove: conv}
      """,
      """
      r.yaml:7:11: error: 's' is defined twice; captures, parameters and 'let' share their names
            let: {s: 1}
                  ^
      """),
  ])
  func message(of rule: FaultyRule) {
    #expect(rule.messages == rule.expected)
  }
}
