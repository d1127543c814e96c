import Testing

/// Expressions in the places that rules have for them.
@Suite struct FaultyExpressionTests {
  @Test(arguments: [
    FaultyRule(
      "a misspelled capture",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          where: cnov.blobs.count == 1
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:12: error: capture 'cnov' is not bound by this pattern; did you mean 'conv'?
            where: cnov.blobs.count == 1
                   ^
      """),
    FaultyRule(
      "a name that nothing defines",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          let: {s: gamma * 2}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:14: error: name 'gamma' is not defined
            let: {s: gamma * 2}
                     ^
      """),
    FaultyRule(
      "a misspelled function",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          let: {s: 'sqr(bn.blobs[1])'}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:15: error: function 'sqr' does not exist; did you mean 'sqrt'?
            let: {s: 'sqr(bn.blobs[1])'}
                      ^
      """),
    FaultyRule(
      "an argument too many",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          let: {s: 'sqrt(bn.blobs[1], 2)'}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:33: error: 'sqrt' takes 1 argument, found 2; write sqrt(x)
            let: {s: 'sqrt(bn.blobs[1], 2)'}
                                        ^
      """),
    FaultyRule(
      "an argument too few",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          let: {s: 'pow(bn.blobs[1])'}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:15: error: 'pow' needs 'y'; write pow(x, y)
            let: {s: 'pow(bn.blobs[1])'}
                      ^
      """),
    FaultyRule(
      "a keyword that there is not",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          let: {s: 'sum(bn.blobs[1], dim=1)'}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:32: error: 'sum' has no argument 'dim'; write sum(x, axis=…)
            let: {s: 'sum(bn.blobs[1], dim=1)'}
                                       ^
      """),
    FaultyRule(
      "one equals sign",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          where: bn.blobs.count = 3
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:27: error: '=' does not compare; write '=='
            where: bn.blobs.count = 3
                                  ^
      """),
    FaultyRule(
      "comparisons in a chain",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          where: 1 < bn.blobs.count < 5
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:31: error: comparisons do not chain; write 'a < b and b < c'
            where: 1 < bn.blobs.count < 5
                                      ^
      """),
    FaultyRule(
      "a number for a condition",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          where: bn.blobs.count
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:12: error: expected a boolean, found a number
            where: bn.blobs.count
                   ^
      """),
    FaultyRule(
      "a tensor for a condition",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          where: bn.blobs[0] == 0
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:12: error: expected a boolean, found a tensor; write all(…) or any(…)
            where: bn.blobs[0] == 0
                   ^
      """),
    FaultyRule(
      "a condition of YAML's making",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          where: yes
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:12: error: name 'yes' is not defined
            where: yes
                   ^
      """),
    FaultyRule(
      "an empty condition",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          where: ''
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:13: error: expected an expression, found nothing
            where: ''
                    ^
      """),
    FaultyRule(
      "a condition that is null",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          where: [null]
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:13: error: expected a string in the list of 'where', found nothing
            where: [null]
                    ^
      """),
    FaultyRule(
      "a text and a number",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          let: {s: bn.name + 1}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:22: error: cannot add a string and a number
            let: {s: bn.name + 1}
                             ^
      """),
    FaultyRule(
      "a caret as power",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          let: {s: 'bn.blobs[0] ^ 2'}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:27: error: '^' is not an operator; write '**' for a power
            let: {s: 'bn.blobs[0] ^ 2'}
                                  ^
      """),
    FaultyRule(
      "a quote that an expression does not close",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          where: bn.name == 'a
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:23: error: the quote is not closed
            where: bn.name == 'a
                              ^
      """),
    FaultyRule(
      "a bracket that is not closed",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          let: {s: '(1 + 2'}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:21: error: expected ')', found the end of the expression
            let: {s: '(1 + 2'}
                            ^
      """),
    FaultyRule(
      "a let that is used before it is there",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          let:
            s: t * 2
            t: bn.blobs[0]
          rewrite: {remove: bn}
      """,
      """
      r.yaml:9:10: error: 't' is not defined yet; a 'let' may use those before it
              s: t * 2
                 ^
      """),
    FaultyRule(
      "a let that uses itself",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          let: {s: s * 2}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:14: error: 's' is not defined yet; a 'let' may use those before it
            let: {s: s * 2}
                     ^
      """),
    FaultyRule(
      "a let named like a capture",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          let: {conv: 1}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:11: error: 'conv' is defined twice; captures, parameters and 'let' share their names
            let: {conv: 1}
                  ^
      """),
    FaultyRule(
      "a let that is no name",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          let: {s-t: 1}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:11: error: 's-t' is no name for a capture, parameter or 'let'; use letters, digits and underscores, beginning with a letter
            let: {s-t: 1}
                  ^
      """),
    FaultyRule(
      "the part of something that has none",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          let: {s: affine(bn).gamma}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:25: error: a record has no 'gamma'; expected 'scale' or 'shift'
            let: {s: affine(bn).gamma}
                                ^
      """),
    FaultyRule(
      "shapes that cannot fit",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          let: {s: 'zeros([2]) + zeros([3])'}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:26: error: shapes [2] and [3] do not fit together
            let: {s: 'zeros([2]) + zeros([3])'}
                                 ^
      """),
    FaultyRule(
      "deep nesting",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          let: {s: '\(nested)'}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:143: error: the expression nests more than 128 deep; split it with 'let'
        …((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((…
                                                           ^
      """),
  ])
  func isRefused(_ rule: FaultyRule) { #expect(rule.messages == rule.expected) }
}

private let nested = String(repeating: "(", count: 200) + "1" + String(repeating: ")", count: 200)
