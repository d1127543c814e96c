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
      r.yaml:8:14: error: the rule changes nothing: 'rewrite' keeps everything as it is, and nothing is transformed
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
      r.yaml:8:15: error: 'replace' says which layers go and 'with' which take their place; one of the two is missing
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
      r.yaml:8:27: error: 'replace' says which layers go and 'with' which take their place; one of the two is missing
            rewrite: {remove: bn, with: {type: ReLU}}
                                  ^
      """),
    FaultyRule(
      "a new layer that reads what is gone",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {replace: bn, drop: conv, with: {type: ReLU, bottom: conv}}
      """,
      """
      r.yaml:8:67: error: capture 'conv' is gone then; name what takes its place, or what it reads: 'conv.bottoms[0]'
            rewrite: {replace: bn, drop: conv, with: {type: ReLU, bottom: conv}}
                                                                          ^
      """),
    FaultyRule(
      "a top of a capture that stays",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {replace: bn, with: {type: ReLU, top: conv}}
      """,
      """
      r.yaml:8:52: error: capture 'conv' is not under 'replace', so no new layer can make its top
            rewrite: {replace: bn, with: {type: ReLU, top: conv}}
                                                           ^
      """),
    FaultyRule(
      "a top that two layers make",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {replace: bn, with: [{type: ReLU, top: bn}, {type: TanH, top: bn}]}
      """,
      """
      r.yaml:8:58: error: two new layers would make the top of 'bn'; name it once
            rewrite: {replace: bn, with: [{type: ReLU, top: bn}, {type: TanH, top: bn}]}
                                                                 ^
      """),
    FaultyRule(
      "a value that the pattern lacks",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {bottoms: {conv: $x}}
      """,
      """
      r.yaml:8:31: error: the pattern has no value '$x'
            rewrite: {bottoms: {conv: $x}}
                                      ^
      """),
    FaultyRule(
      "an insertion without a place",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {insert: {type: ReLU}}
      """,
      """
      r.yaml:8:23: error: say with 'after' or 'before' where the new layer comes
            rewrite: {insert: {type: ReLU}}
                              ^
      """),
    FaultyRule(
      "an insertion with two places",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {insert: {type: ReLU, after: conv, before: bn}}
      """,
      """
      r.yaml:8:23: error: 'after' and 'before' exclude each other under 'insert'; remove one
            rewrite: {insert: {type: ReLU, after: conv, before: bn}}
                              ^
      """),
    FaultyRule(
      "an insertion that reads something else",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {insert: {type: ReLU, after: conv, bottom: bn}}
      """,
      """
      r.yaml:8:57: error: the new layer must read the value that it stands at; add it to 'bottom'
            rewrite: {insert: {type: ReLU, after: conv, bottom: bn}}
                                                                ^
      """),
    FaultyRule(
      "an insertion with a top",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {insert: {type: ReLU, after: conv, top: bn}}
      """,
      """
      r.yaml:8:49: error: an inserted layer makes one new value; 'top' is for those of 'replace'
            rewrite: {insert: {type: ReLU, after: conv, top: bn}}
                                                        ^
      """),
    FaultyRule(
      "a place for a replacement",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {replace: bn, with: {type: ReLU, after: conv}}
      """,
      """
      r.yaml:8:47: error: 'after' is for layers of 'insert'; those of 'with' stand where the replaced ones did
            rewrite: {replace: bn, with: {type: ReLU, after: conv}}
                                                      ^
      """),
    FaultyRule(
      "a new name for a layer that goes",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {remove: bn, rename: {bn: x}}
      """,
      """
      r.yaml:8:36: error: capture 'bn' does not stay, so nothing can be set in it; see 'rewrite'
            rewrite: {remove: bn, rename: {bn: x}}
                                           ^
      """),
    FaultyRule(
      "a connection that is cleared",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {clear: conv.bottom}
      """,
      """
      r.yaml:8:22: error: 'conv.bottom' cannot be cleared; use a parameter, 'capture.convolution_param.weight_filler' or 'capture.param'
            rewrite: {clear: conv.bottom}
                             ^
      """),
    FaultyRule(
      "braces that do not match",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {replace: bn, with: {type: ReLU, relu_param: {engine: '{bn.name'}}}
      """,
      """
      r.yaml:8:68: error: the braces in '{bn.name' do not match; '{{' and '}}' stand for braces themselves
            rewrite: {replace: bn, with: {type: ReLU, relu_param: {engine: '{bn.name'}}}
                                                                           ^
      """),
    FaultyRule(
      "a choice of names that there is not",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          rewrite: {remove: bn, output: lst}
      """,
      """
      r.yaml:8:35: error: 'lst' is not known for 'output'; did you mean 'last'?
            rewrite: {remove: bn, output: lst}
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
      "a capture to prune",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            loss: {type: VendorLoss}
          rewrite: {drop: loss, prune: loss}
      """,
      """
      r.yaml:7:34: error: 'loss' cannot be pruned; write 'capture.bottoms', 'capture.bottoms[1]' or 'capture.bottoms[1:]'
            rewrite: {drop: loss, prune: loss}
                                         ^
      """),
    FaultyRule(
      "a bottom to go that the pattern does not have",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution, bottom: $x}
            sum: {type: Eltwise, bottom: {one_of: conv}}
          rewrite: {bottoms: {sum: {without: $x}}}
      """,
      """
      r.yaml:8:40: error: the pattern does not say that 'sum' reads '$x', so it cannot go from its bottoms
            rewrite: {bottoms: {sum: {without: $x}}}
                                               ^
      """),
    FaultyRule(
      "bottoms of a layer that goes",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            sum: {type: Eltwise, bottom: {among: [conv, $x]}}
          rewrite: {drop: sum, bottoms: {sum: {without: conv}}}
      """,
      """
      r.yaml:8:36: error: capture 'sum' does not stay, so nothing can be set in it; see 'rewrite'
            rewrite: {drop: sum, bottoms: {sum: {without: conv}}}
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
