import Testing

/// Optional layers, alternatives, chains and lists that could stand for nothing.
@Suite struct FaultyFormTests {
  @Test(arguments: [
    FaultyRule(
      "an optional layer that reads nothing in particular",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            relu: {type: ReLU, optional: true}
            bn: {type: BatchNorm, bottom: relu}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:7: error: what reads an absent layer reads what that would have read, so an optional layer reads one thing; write 'bottom: …' in 'relu'
              relu: {type: ReLU, optional: true}
              ^
      """),
    FaultyRule(
      "nothing but optional layers",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: BatchNorm, bottom: $x, optional: true}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:7: error: every capture is optional; a pattern needs a layer that must be there
              bn: {type: BatchNorm, bottom: $x, optional: true}
              ^
      """),
    FaultyRule(
      "the second top of an optional layer",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            split: {type: Slice, bottom: $x, optional: true}
            bn: {type: BatchNorm, bottom: "split.tops[1]"}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:7:7: error: 'split' may be absent, one of several or a chain, of which only the first top can be read; write 'split'
              bn: {type: BatchNorm, bottom: "split.tops[1]"}
              ^
      """),
    FaultyRule(
      "one alternative",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            one: {either: [conv]}
            bn: {type: BatchNorm, bottom: one}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:7:12: error: 'either' needs at least 2 captures to choose from; for one, say in 'one' itself what it is
              one: {either: [conv]}
                   ^
      """),
    FaultyRule(
      "an alternative that may be absent",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            relu: {type: ReLU, bottom: conv, optional: true}
            one: {either: [conv, relu]}
            bn: {type: BatchNorm, bottom: one}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:7: error: capture 'relu' cannot be an alternative of 'one': it may be absent or repeat, so it would not be told from the others
              one: {either: [conv, relu]}
              ^
      """),
    FaultyRule(
      "a type beside alternatives",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            fc: {type: InnerProduct}
            one: {either: [conv, fc], type: Convolution}
            bn: {type: BatchNorm, bottom: one}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:12: error: 'either' and 'type' exclude each other under 'one'; remove one
              one: {either: [conv, fc], type: Convolution}
                   ^
      """),
    FaultyRule(
      "every of a value",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            concat: {type: Concat, bottom: {every: $x}}
            bn: {type: BatchNorm, bottom: concat}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:46: error: 'every' takes a capture, which then has a layer for each bottom
              concat: {type: Concat, bottom: {every: $x}}
                                                     ^
      """),
    FaultyRule(
      "a layer that is every bottom and something else",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            concat: {type: Concat, bottom: {every: conv}}
            bn: {type: BatchNorm, bottom: [concat, conv]}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:7:7: error: capture 'conv' has a layer for each bottom of 'concat', so nothing else can read it; use another capture there
              concat: {type: Concat, bottom: {every: conv}}
              ^
      """),
    FaultyRule(
      "every within every",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            inner: {type: Concat, bottom: {every: conv}}
            concat: {type: Concat, bottom: {every: inner}}
            bn: {type: BatchNorm, bottom: concat}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:7: error: capture 'inner' would be a list within the list of 'concat'; match one of them by a rule of its own
              concat: {type: Concat, bottom: {every: inner}}
              ^
      """),
    FaultyRule(
      "a chain without an end",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            drop: {type: Dropout, bottom: $x, repeat: 1..}
            bn: {type: BatchNorm, bottom: drop}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:49: error: a chain needs an upper limit; write 'repeat: 1..8'
              drop: {type: Dropout, bottom: $x, repeat: 1..}
                                                        ^
      """),
    FaultyRule(
      "a chain of a number",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            drop: {type: Dropout, bottom: $x, repeat: 8}
            bn: {type: BatchNorm, bottom: drop}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:49: error: expected how often, such as '1..8', for 'repeat', found the number 8
              drop: {type: Dropout, bottom: $x, repeat: 8}
                                                        ^
      """),
    FaultyRule(
      "a chain that is too long",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            drop: {type: Dropout, bottom: $x, repeat: 1..65}
            bn: {type: BatchNorm, bottom: drop}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:49: error: a chain repeats at most 64 times, this one 65
              drop: {type: Dropout, bottom: $x, repeat: 1..65}
                                                        ^
      """),
    FaultyRule(
      "a chain that reads anything",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            drop: {type: Dropout, repeat: 1..8}
            bn: {type: BatchNorm, bottom: drop}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:37: error: the first layer of a chain reads one thing; write 'bottom: …' in 'drop'
              drop: {type: Dropout, repeat: 1..8}
                                            ^
      """),
    FaultyRule(
      "a chain from elsewhere",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution, bottom: $x}
            drop: {type: Dropout, bottom: $x, repeat: {from: conv, times: 1..8}}
            bn: {type: BatchNorm, bottom: drop}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:7:49: error: there is no chain from 'conv' to 'drop'; all that is read in between must lead back to 'conv', which must be there
              drop: {type: Dropout, bottom: $x, repeat: {from: conv, times: 1..8}}
                                                        ^
      """),
    FaultyRule(
      "a chain that may be absent",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            drop: {type: Dropout, bottom: $x, repeat: 1..8, optional: true}
            bn: {type: BatchNorm, bottom: drop}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:13: error: 'repeat' and 'optional' exclude each other under 'drop'; remove one
              drop: {type: Dropout, bottom: $x, repeat: 1..8, optional: true}
                    ^
      """),
    FaultyRule(
      "layers in a circle",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            a: {type: ReLU, bottom: b}
            b: {type: ReLU, bottom: a}
            bn: {type: BatchNorm, bottom: a}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:7: error: capture 'a' reads itself, through what it reads; a net has no circles
              a: {type: ReLU, bottom: b}
              ^
      """),
    FaultyRule(
      "an absent layer in a condition",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            relu: {type: ReLU, bottom: $x, optional: true}
            bn: {type: BatchNorm, bottom: relu, where: relu.blobs.count == 0}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:7:50: error: 'relu' may be absent here; ask first, as in 'present(relu) and …' or where(present(relu), …, …)
              bn: {type: BatchNorm, bottom: relu, where: relu.blobs.count == 0}
                                                         ^
      """),
    FaultyRule(
      "a list in a condition",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            drop: {type: Dropout, bottom: $x, repeat: 1..8}
            bn: {type: BatchNorm, bottom: drop, where: drop.name == 'd'}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:7:55: error: 'drop' stands for several layers here; write 'drop[0]' or 'drop.count'
              bn: {type: BatchNorm, bottom: drop, where: drop.name == 'd'}
                                                              ^
      """),
  ])
  func isRefused(_ rule: FaultyRule) { #expect(rule.messages == rule.expected) }
}
