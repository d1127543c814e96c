import Testing

/// Tests that could not be run, and layouts that say nothing.
@Suite struct FaultyTestAndLayoutTests {
  @Test(arguments: [
    FaultyRule(
      "a test without a name",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: BatchNorm}
          rewrite: {remove: bn}
          tests:
            - net: ''
              expect: unmatched
      """,
      """
      r.yaml:9:9: error: key 'name' is missing in this test
              - net: ''
                ^
      """),
    FaultyRule(
      "a test without a net",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: BatchNorm}
          rewrite: {remove: bn}
          tests:
            - name: a
              expect: unmatched
      """,
      """
      r.yaml:9:9: error: key 'net' is missing in this test
              - name: a
                ^
      """),
    FaultyRule(
      "a test without an expectation",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: BatchNorm}
          rewrite: {remove: bn}
          tests:
            - name: a
              net: ''
      """,
      """
      r.yaml:9:9: error: key 'expect' is missing in this test
              - name: a
                ^
      """),
    FaultyRule(
      "a misspelled expectation",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: BatchNorm}
          rewrite: {remove: bn}
          tests:
            - {name: a, net: '', expect: unmatchd}
      """,
      """
      r.yaml:9:36: error: expected 'rewritten', 'unmatched', {layers: […]} or {refused: {reason: …}} for 'expect', found the string 'unmatchd'
              - {name: a, net: '', expect: unmatchd}
                                           ^
      """),
    FaultyRule(
      "a list as expectation",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: BatchNorm}
          rewrite: {remove: bn}
          tests:
            - {name: a, net: '', expect: [a, b]}
      """,
      """
      r.yaml:9:36: error: expected 'rewritten', 'unmatched', {layers: […]} or {refused: {reason: …}} for 'expect', found a list
              - {name: a, net: '', expect: [a, b]}
                                           ^
      """),
    FaultyRule(
      "an empty expectation",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: BatchNorm}
          rewrite: {remove: bn}
          tests:
            - {name: a, net: '', expect: {}}
      """,
      """
      r.yaml:9:36: error: expected 'rewritten', 'unmatched', {layers: […]} or {refused: {reason: …}} for 'expect', found a mapping
              - {name: a, net: '', expect: {}}
                                           ^
      """),
    FaultyRule(
      "two expectations",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: BatchNorm}
          rewrite: {remove: bn}
          tests:
            - {name: a, net: '', expect: {layers: [], refused: {reason: phase}}}
      """,
      """
      r.yaml:9:36: error: 'layers' and 'refused' exclude each other under 'expect'; remove one
              - {name: a, net: '', expect: {layers: [], refused: {reason: phase}}}
                                           ^
      """),
    FaultyRule(
      "a refusal without a reason",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: BatchNorm}
          rewrite: {remove: bn}
          tests:
            - {name: a, net: '', expect: {refused: {at: bn}}}
      """,
      """
      r.yaml:9:46: error: key 'reason' is missing in this refusal
              - {name: a, net: '', expect: {refused: {at: bn}}}
                                                     ^
      """),
    FaultyRule(
      "a misspelled reason",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: BatchNorm}
          rewrite: {remove: bn}
          tests:
            - {name: a, net: '', expect: {refused: {at: bn, reason: other-consumers}}}
      """,
      """
      r.yaml:9:63: error: there is no refusal reason 'other-consumers'; did you mean 'other-consumer'?
              - {name: a, net: '', expect: {refused: {at: bn, reason: other-consumers}}}
                                                                      ^
      """),
    FaultyRule(
      "a reason that there is not",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: BatchNorm}
          rewrite: {remove: bn}
          tests:
            - {name: a, net: '', expect: {refused: {reason: bad-luck}}}
      """,
      """
      r.yaml:9:55: error: there is no refusal reason 'bad-luck'; 'caffold rules schema' lists them
              - {name: a, net: '', expect: {refused: {reason: bad-luck}}}
                                                              ^
      """),
    FaultyRule(
      "a layout without a type",
      """
      schema: 1
      layouts:
        - {id: l, blobs: [gamma]}
      """,
      """
      r.yaml:3:5: error: key 'type' is missing in this layout
          - {id: l, blobs: [gamma]}
            ^
      """),
    FaultyRule(
      "a layout without blobs",
      """
      schema: 1
      layouts:
        - {id: l, type: BN}
      """,
      """
      r.yaml:3:5: error: key 'blobs' is missing in this layout
          - {id: l, type: BN}
            ^
      """),
    FaultyRule(
      "a role that there is not",
      """
      schema: 1
      layouts:
        - {id: l, type: BN, blobs: [gama, beta]}
      """,
      """
      r.yaml:3:31: error: 'gama' is not known for a blob's role; did you mean 'gamma'?
          - {id: l, type: BN, blobs: [gama, beta]}
                                      ^
      """),
    FaultyRule(
      "a role given twice",
      """
      schema: 1
      layouts:
        - {id: l, type: BN, blobs: [gamma, gamma]}
      """,
      """
      r.yaml:3:38: error: a layer has one 'gamma', this is the second; use 'ignored' for blobs that TEST does not read
          - {id: l, type: BN, blobs: [gamma, gamma]}
                                             ^
      """),
    FaultyRule(
      "an unknown key of a layout",
      """
      schema: 1
      layouts:
        - {id: l, type: BN, blobs: [gamma], eps: 1}
      """,
      """
      r.yaml:3:39: error: unknown key 'eps'; expected 'when', 'epsilon', 'stored_statistics', 'axis', 'axis_count', 'scale', 'shift', 'refuse', 'warn', 'warn_when' or 'assume'
          - {id: l, type: BN, blobs: [gamma], eps: 1}
                                              ^
      """),
    FaultyRule(
      "a layout that names a capture",
      """
      schema: 1
      layouts:
        - {id: l, type: BN, blobs: [gamma], when: bn.blobs.count == 4}
      """,
      """
      r.yaml:3:45: error: capture 'bn' is not bound by this pattern
          - {id: l, type: BN, blobs: [gamma], when: bn.blobs.count == 4}
                                                    ^
      """),
    FaultyRule(
      "an epsilon that is a boolean",
      """
      schema: 1
      layouts:
        - {id: l, type: BN, blobs: [gamma], epsilon: true}
      """,
      """
      r.yaml:3:48: error: expected a number, found a boolean
          - {id: l, type: BN, blobs: [gamma], epsilon: true}
                                                       ^
      """),
  ])
  func isRefused(_ rule: FaultyRule) { #expect(rule.messages == rule.expected) }
}
