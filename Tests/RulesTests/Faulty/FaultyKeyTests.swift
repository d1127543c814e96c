import Testing

/// Keys and values that do not belong where they stand.
@Suite struct FaultyKeyTests {
  @Test(arguments: [
    FaultyRule(
      "no schema",
      """
      rules: []
      """,
      """
      r.yaml:1:1: error: key 'schema' is missing in this rule file
        rules: []
        ^
      """),
    FaultyRule(
      "a schema to come",
      """
      schema: 2
      """,
      """
      r.yaml:1:9: error: schema 2 of the rule language is not known; this version reads 1
        schema: 2
                ^
      """),
    FaultyRule(
      "a schema in quotes",
      """
      schema: "1"
      """,
      """
      r.yaml:1:9: error: expected a whole number for 'schema', found the string '1'
        schema: "1"
                ^
      """),
    FaultyRule(
      "a misspelled key of the file",
      """
      schema: 1
      rule: []
      """,
      """
      r.yaml:2:1: error: unknown key 'rule'; did you mean 'rules'?
        rule: []
        ^
      """),
    FaultyRule(
      "an unknown key without a near one",
      """
      schema: 1
      version: 3
      """,
      """
      r.yaml:2:1: error: unknown key 'version'; expected 'extends', 'rules', 'layouts' or 'types'
        version: 3
        ^
      """),
    FaultyRule(
      "rules as a mapping",
      """
      schema: 1
      rules: {id: r}
      """,
      """
      r.yaml:2:8: error: expected a list for 'rules', found a mapping
        rules: {id: r}
               ^
      """),
    FaultyRule(
      "a rule as a text",
      """
      schema: 1
      rules: [conv-bn]
      """,
      """
      r.yaml:2:9: error: expected a mapping as rule, found the string 'conv-bn'
        rules: [conv-bn]
                ^
      """),
    FaultyRule(
      "a misspelled required key",
      """
      schema: 1
      rules:
        - id: r
          sumary: S.
          match: {bn: {type: BatchNorm}}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:4:5: error: unknown key 'sumary'; did you mean 'summary'?
            sumary: S.
            ^
      """),
    FaultyRule(
      "no id",
      """
      schema: 1
      rules:
        - summary: S.
          match: {bn: {type: BatchNorm}}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:3:5: error: key 'id' is missing in this rule
          - summary: S.
            ^
      """),
    FaultyRule(
      "no match",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          rewrite: {remove: bn}
      """,
      """
      r.yaml:3:5: error: key 'match' is missing in this rule
          - id: r
            ^
      """),
    FaultyRule(
      "no rewrite",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: BatchNorm}
      """,
      """
      r.yaml:3:5: error: key 'rewrite' is missing in this rule
          - id: r
            ^
      """),
    FaultyRule(
      "a summary that is a number",
      """
      schema: 1
      rules:
        - id: r
          summary: 2
          match: {bn: {type: BatchNorm}}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:4:14: error: expected a string for 'summary', found the number 2
            summary: 2
                     ^
      """),
    FaultyRule(
      "a priority in words",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          priority: high
          match:
            bn: {type: BatchNorm}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:5:15: error: expected a whole number for 'priority', found the string 'high'
            priority: high
                      ^
      """),
    FaultyRule(
      "a priority that is no whole number",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          priority: 1.5
          match:
            bn: {type: BatchNorm}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:5:15: error: expected a whole number for 'priority', found the number 1.5
            priority: 1.5
                      ^
      """),
    FaultyRule(
      "tags as a mapping",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          tags: {a: b}
          match:
            bn: {type: BatchNorm}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:5:11: error: expected a string for 'tags', found a mapping
            tags: {a: b}
                  ^
      """),
    FaultyRule(
      "documentation as a list",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          documentation: [a, b]
          match:
            bn: {type: BatchNorm}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:5:20: error: expected a string for 'documentation', found a list
            documentation: [a, b]
                           ^
      """),
    FaultyRule(
      "an id with capitals",
      """
      schema: 1
      rules:
        - id: Conv_BN
          summary: S.
          match: {bn: {type: BatchNorm}}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:3:9: error: 'Conv_BN' is no id; use lower-case letters, digits and hyphens, beginning with a letter
          - id: Conv_BN
                ^
      """),
    FaultyRule(
      "a misspelled safety",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          safety: exakt
          match:
            bn: {type: BatchNorm}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:5:13: error: 'exakt' is not known for 'safety'; did you mean 'exact'?
            safety: exakt
                    ^
      """),
    FaultyRule(
      "a phase that there is not",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          phase: validation
          match:
            bn: {type: BatchNorm}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:5:12: error: 'validation' is not known for 'phase'; use 'TEST', 'TRAIN' or 'any'
            phase: validation
                   ^
      """),
    FaultyRule(
      "a misspelled allowance",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          allow: other-consumers
          match:
            bn: {type: BatchNorm}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:5:12: error: 'other-consumers' is not known for 'allow'; did you mean 'other-consumer'?
            allow: other-consumers
                   ^
      """),
  ])
  func isRefused(_ rule: FaultyRule) { #expect(rule.messages == rule.expected) }
}
