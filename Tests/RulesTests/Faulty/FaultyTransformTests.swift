import Testing

/// Calls of kernels and assignments that make no sense.
@Suite struct FaultyTransformTests {
  @Test(arguments: [
    FaultyRule(
      "a misspelled kernel",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          transform:
            - {kernel: fold-batchnorm, from: bn, into: conv}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:9:18: error: there is no kernel 'fold-batchnorm'; did you mean 'fold-batch-norm'?
              - {kernel: fold-batchnorm, from: bn, into: conv}
                         ^
      """),
    FaultyRule(
      "a kernel that there is not",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          transform:
            - {kernel: winograd, into: conv}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:9:18: error: there is no kernel 'winograd'; there are 'fold-affine' and 'fold-batch-norm'
              - {kernel: winograd, into: conv}
                         ^
      """),
    FaultyRule(
      "a misspelled argument",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          transform:
            - {kernel: fold-batch-norm, form: bn, into: conv}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:9:35: error: kernel 'fold-batch-norm' takes no 'form'; did you mean 'from'?
              - {kernel: fold-batch-norm, form: bn, into: conv}
                                          ^
      """),
    FaultyRule(
      "an argument that there is not",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          transform:
            - {kernel: fold-batch-norm, from: bn, into: conv, epsilon: 1}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:9:57: error: kernel 'fold-batch-norm' takes no 'epsilon'; there are 'from' and 'into'
              - {kernel: fold-batch-norm, from: bn, into: conv, epsilon: 1}
                                                                ^
      """),
    FaultyRule(
      "an argument that is missing",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          transform:
            - {kernel: fold-batch-norm, from: bn}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:9:9: error: kernel 'fold-batch-norm' needs 'into', which is missing
              - {kernel: fold-batch-norm, from: bn}
                ^
      """),
    FaultyRule(
      "an argument that is no capture",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          transform:
            - {kernel: fold-batch-norm, from: bm, into: conv}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:9:41: error: capture 'bm' is not bound by this pattern; did you mean 'bn'?
              - {kernel: fold-batch-norm, from: bm, into: conv}
                                                ^
      """),
    FaultyRule(
      "a list for an argument",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          transform:
            - {kernel: fold-batch-norm, from: [bn], into: conv}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:9:41: error: expected a string for 'from', found a list
              - {kernel: fold-batch-norm, from: [bn], into: conv}
                                                ^
      """),
    FaultyRule(
      "a boolean for a vector",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          transform:
            - {kernel: fold-affine, into: conv, scale: bn.blobs.count == 2}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:9:50: error: expected a tensor, found a boolean
              - {kernel: fold-affine, into: conv, scale: bn.blobs.count == 2}
                                                         ^
      """),
    FaultyRule(
      "a layer for a vector",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          transform:
            - {kernel: fold-affine, into: conv, scale: bn}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:9:50: error: expected a tensor, found a layer
              - {kernel: fold-affine, into: conv, scale: bn}
                                                         ^
      """),
    FaultyRule(
      "a transform that is a text",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          transform: [fold-batch-norm]
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:17: error: expected a mapping as transform, found the string 'fold-batch-norm'
            transform: [fold-batch-norm]
                        ^
      """),
    FaultyRule(
      "a transform that is no list",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          transform: {kernel: fold-batch-norm, from: bn, into: conv}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:16: error: expected a list for 'transform', found a mapping
            transform: {kernel: fold-batch-norm, from: bn, into: conv}
                       ^
      """),
    FaultyRule(
      "a transform of neither kind",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          transform:
            - {from: bn, into: conv}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:9:9: error: a transform is either {kernel: …} or {set: …, to: …}
              - {from: bn, into: conv}
                ^
      """),
    FaultyRule(
      "a target that is a layer",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          transform:
            - {set: conv, to: 1}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:9:15: error: 'conv' cannot be set; use 'capture.blobs[0]' or 'capture.some_param.field'
              - {set: conv, to: 1}
                      ^
      """),
    FaultyRule(
      "a target with a negative index",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          transform:
            - {set: 'conv.blobs[-1]', to: 'zeros([2])'}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:9:15: error: 'conv.blobs[-1]' cannot be set; use 'capture.blobs[0]' or 'capture.some_param.field'
              - {set: 'conv.blobs[-1]', to: 'zeros([2])'}
                      ^
      """),
    FaultyRule(
      "a target that is no capture",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          transform:
            - {set: cnov.convolution_param.bias_term, to: true}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:9:15: error: capture 'cnov' is not bound by this pattern; did you mean 'conv'?
              - {set: cnov.convolution_param.bias_term, to: true}
                      ^
      """),
    FaultyRule(
      "no value for a target",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          transform:
            - set: conv.convolution_param.bias_term
          rewrite: {remove: bn}
      """,
      """
      r.yaml:9:9: error: key 'to' is missing in this transform
              - set: conv.convolution_param.bias_term
                ^
      """),
    FaultyRule(
      "a target that is removed",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: {type: Convolution}
            bn: {type: BatchNorm, bottom: conv}
          transform:
            - {set: bn.batch_norm_param.eps, to: 0.1}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:9:9: error: capture 'bn' does not stay, so nothing can be set in it; see 'rewrite'
              - {set: bn.batch_norm_param.eps, to: 0.1}
                ^
      """),
  ])
  func isRefused(_ rule: FaultyRule) { #expect(rule.messages == rule.expected) }
}
