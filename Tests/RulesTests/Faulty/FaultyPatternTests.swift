import Testing

/// Patterns that no layers could fit.
@Suite struct FaultyPatternTests {
  @Test(arguments: [
    FaultyRule(
      "an empty match",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match: {}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:5:12: error: 'match' names no layer; write 'some_name: {type: …}' below it
            match: {}
                   ^
      """),
    FaultyRule(
      "a capture that is a type",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: BatchNorm
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:11: error: expected a mapping as capture 'bn', found the string 'BatchNorm'
              bn: BatchNorm
                  ^
      """),
    FaultyRule(
      "a capture without a mapping",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn:
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:10: error: expected a mapping as capture 'bn', found nothing
              bn:
                 ^
      """),
    FaultyRule(
      "a capture with a hyphen",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            batch-norm: {type: BatchNorm}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:7: error: 'batch-norm' is no name for a capture, parameter or 'let'; use letters, digits and underscores, beginning with a letter
              batch-norm: {type: BatchNorm}
              ^
      """),
    FaultyRule(
      "a misspelled key of a capture",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, botom: conv}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:7:29: error: unknown key 'botom'; did you mean 'bottom'?
              bn: {type: BatchNorm, botom: conv}
                                    ^
      """),
    FaultyRule(
      "no types",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: []}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:18: error: the list for 'type' is empty; leave the key out, or name something
              bn: {type: []}
                         ^
      """),
    FaultyRule(
      "a type that is a mapping",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: {is: BatchNorm}}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:18: error: expected a string for 'type', found a mapping
              bn: {type: {is: BatchNorm}}
                         ^
      """),
    FaultyRule(
      "included in words",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {included: no}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:22: error: expected true or false for 'included', found the string 'no'
              bn: {included: no}
                             ^
      """),
    FaultyRule(
      "a bottom that is no capture",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: cov}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:7:37: error: capture 'cov' is not bound by this pattern; did you mean 'conv'?
              bn: {type: BatchNorm, bottom: cov}
                                            ^
      """),
    FaultyRule(
      "a bottom that is no capture, and nothing near",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: data}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:7:37: error: capture 'data' is not bound by this pattern; there are 'conv' and 'bn'
              bn: {type: BatchNorm, bottom: data}
                                            ^
      """),
    FaultyRule(
      "a bottom without a value",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: BatchNorm, bottom: }
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:37: error: expected a capture, a value '$x', a list of them, {any_order: […]}, {one_of: …}, {among: […]}, {adjacent: […]} or {every: …} for 'bottom', found nothing
              bn: {type: BatchNorm, bottom: }
                                            ^
      """),
    FaultyRule(
      "an empty mapping as bottom",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: BatchNorm, bottom: {}}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:37: error: expected a capture, a value '$x', a list of them, {any_order: […]}, {one_of: …}, {among: […]}, {adjacent: […]} or {every: …} for 'bottom', found a mapping
              bn: {type: BatchNorm, bottom: {}}
                                            ^
      """),
    FaultyRule(
      "a misspelled form of bottom",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: Eltwise, bottom: {anyorder: [$a, $b]}}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:36: error: unknown key 'anyorder'; did you mean 'any_order'?
              bn: {type: Eltwise, bottom: {anyorder: [$a, $b]}}
                                           ^
      """),
    FaultyRule(
      "a single one among others",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: Concat, bottom: {adjacent: [$a]}}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:34: error: 'adjacent' is a list of at least two; write {one_of: …} for one
              bn: {type: Concat, bottom: {adjacent: [$a]}}
                                         ^
      """),
    FaultyRule(
      "two forms of bottom at once",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: Eltwise, bottom: {any_order: [$a], one_of: $b}}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:35: error: 'any_order' and 'one_of' exclude each other under 'bottom'; remove one
              bn: {type: Eltwise, bottom: {any_order: [$a], one_of: $b}}
                                          ^
      """),
    FaultyRule(
      "any_order without a list",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: Eltwise, bottom: {any_order: $a}}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:47: error: expected a list for 'any_order', found the string '$a'
              bn: {type: Eltwise, bottom: {any_order: $a}}
                                                      ^
      """),
    FaultyRule(
      "a top that is no number",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            split: {type: Slice}
            bn: {type: BatchNorm, bottom: 'split.tops[first]'}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:7:37: error: expected a capture, a value '$x', a list of them, {any_order: […]}, {one_of: …}, {among: […]}, {adjacent: […]} or {every: …} for 'bottom', found the string 'split.tops[first]'
              bn: {type: BatchNorm, bottom: 'split.tops[first]'}
                                            ^
      """),
    FaultyRule(
      "captures that are not connected",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:7: error: capture 'conv' is not connected with 'bn'; say through 'bottom' what reads what
              conv: {type: Convolution}
              ^
      """),
    FaultyRule(
      "a circle",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            a: {type: ReLU, bottom: b}
            b: {type: ReLU, bottom: a}
          rewrite: {remove: a}
      """,
      """
      r.yaml:6:7: error: every capture is read by another one; a pattern ends with a capture that none reads
              a: {type: ReLU, bottom: b}
              ^
      """),
    FaultyRule(
      "an excluded layer with a bottom",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {included: false, bottom: conv}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:7:7: error: capture 'bn' is a layer that the phase leaves out; such a layer is not connected to anything
              bn: {included: false, bottom: conv}
              ^
      """),
  ])
  func isRefused(_ rule: FaultyRule) { #expect(rule.messages == rule.expected) }
}
