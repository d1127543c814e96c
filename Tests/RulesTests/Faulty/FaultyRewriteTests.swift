import Testing

/// Rewrites that contradict themselves, and layers that could not be made.
@Suite struct FaultyRewriteTests {
  @Test(arguments: [
    FaultyRule(
      "a capture that is kept and removed",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {keep: [conv, bn], remove: bn}
      """,
      """
      r.yaml:8:14: error: capture 'bn' is under 'keep' and under 'remove'; it can have one fate
            rewrite: {keep: [conv, bn], remove: bn}
                     ^
      """),
    FaultyRule(
      "a capture that is removed and replaced",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {remove: bn, replace: bn, with: {type: ReLU}}
      """,
      """
      r.yaml:8:14: error: capture 'bn' is under 'remove' and under 'replace'; it can have one fate
            rewrite: {remove: bn, replace: bn, with: {type: ReLU}}
                     ^
      """),
    FaultyRule(
      "a capture that is removed twice",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {remove: [bn, bn]}
      """,
      """
      r.yaml:8:28: error: 'bn' is named twice under 'remove'; remove one
            rewrite: {remove: [bn, bn]}
                                   ^
      """),
    FaultyRule(
      "a capture to remove that there is not",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {remove: batchnorm}
      """,
      """
      r.yaml:8:23: error: capture 'batchnorm' is not bound by this pattern; there are 'conv' and 'bn'
            rewrite: {remove: batchnorm}
                              ^
      """),
    FaultyRule(
      "a misspelled key of a rewrite",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {remvoe: bn}
      """,
      """
      r.yaml:8:15: error: unknown key 'remvoe'; did you mean 'remove'?
            rewrite: {remvoe: bn}
                      ^
      """),
    FaultyRule(
      "a rewrite that changes nothing",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {keep: conv}
      """,
      """
      r.yaml:8:14: error: the rule changes nothing: 'rewrite' neither removes nor replaces, and nothing is transformed
            rewrite: {keep: conv}
                     ^
      """),
    FaultyRule(
      "a rewrite that is a text",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: remove
      """,
      """
      r.yaml:8:14: error: expected a mapping for 'rewrite', found the string 'remove'
            rewrite: remove
                     ^
      """),
    FaultyRule(
      "replace without with",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {replace: bn}
      """,
      """
      r.yaml:8:15: error: 'replace' names 1 and 'with' describes 0; give one layer for each
            rewrite: {replace: bn}
                      ^
      """),
    FaultyRule(
      "with without replace",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {remove: bn, with: {type: ReLU}}
      """,
      """
      r.yaml:8:27: error: 'replace' names 0 and 'with' describes 1; give one layer for each
            rewrite: {remove: bn, with: {type: ReLU}}
                                  ^
      """),
    FaultyRule(
      "more layers than captures",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {replace: bn, with: [{type: ReLU}, {type: TanH}]}
      """,
      """
      r.yaml:8:15: error: 'replace' names 1 and 'with' describes 2; give one layer for each
            rewrite: {replace: bn, with: [{type: ReLU}, {type: TanH}]}
                      ^
      """),
    FaultyRule(
      "a new layer without a type",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {replace: bn, with: {name: x}}
      """,
      """
      r.yaml:8:34: error: key 'type' is missing in this new layer
            rewrite: {replace: bn, with: {name: x}}
                                         ^
      """),
    FaultyRule(
      "a new layer that is a text",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {replace: bn, with: ReLU}
      """,
      """
      r.yaml:8:34: error: expected a mapping as new layer, found the string 'ReLU'
            rewrite: {replace: bn, with: ReLU}
                                         ^
      """),
    FaultyRule(
      "a name template without '.name'",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {replace: bn, with: {type: ReLU, name: '{bn}_relu'}}
      """,
      """
      r.yaml:8:53: error: '{bn}_relu' is no name template; write '{capture.name}' for the name of a matched layer
            rewrite: {replace: bn, with: {type: ReLU, name: '{bn}_relu'}}
                                                            ^
      """),
    FaultyRule(
      "a name template that is not closed",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {replace: bn, with: {type: ReLU, name: '{bn.name'}}
      """,
      """
      r.yaml:8:53: error: '{bn.name' is no name template; write '{capture.name}' for the name of a matched layer
            rewrite: {replace: bn, with: {type: ReLU, name: '{bn.name'}}
                                                            ^
      """),
    FaultyRule(
      "a name template of no capture",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {replace: bn, with: {type: ReLU, name: '{nb.name}'}}
      """,
      """
      r.yaml:8:53: error: capture 'nb' is not bound by this pattern; did you mean 'bn'?
            rewrite: {replace: bn, with: {type: ReLU, name: '{nb.name}'}}
                                                            ^
      """),
    FaultyRule(
      "a parameter without a value",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {replace: bn, with: {type: Scale, scale_param: {axis: }}}
      """,
      """
      r.yaml:8:68: error: expected a value or a mapping for 'axis', found nothing
            rewrite: {replace: bn, with: {type: Scale, scale_param: {axis: }}}
                                                                           ^
      """),
    FaultyRule(
      "a boolean as a blob",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {replace: bn, with: {type: Scale, blobs: [bn.blobs.count == 3]}}
      """,
      """
      r.yaml:8:56: error: expected a tensor, found a boolean
            rewrite: {replace: bn, with: {type: Scale, blobs: [bn.blobs.count == 3]}}
                                                               ^
      """),
  ])
  func isRefused(_ rule: FaultyRule) { #expect(rule.messages == rule.expected) }
}
