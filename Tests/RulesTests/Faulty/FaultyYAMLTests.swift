import Testing

/// Texts that are not YAML, or more of it than is read.
@Suite struct FaultyYAMLTests {
  @Test(arguments: [
    FaultyRule(
      "a quote that is not closed",
      """
      schema: 1
      rules:
        - id: "r
      """,
      """
      r.yaml:3:9: error: this quoted text is not closed before the end of the file
          - id: "r
                ^
      """),
    FaultyRule(
      "a tab as indentation",
      """
      schema: 1
      rules:
      \t- id: r
      """,
      """
      r.yaml:3:1: error: a tab cannot indent YAML; use spaces
        \t- id: r
        ^
      """),
    FaultyRule(
      "a key given twice",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: BatchNorm}
          rewrite: {remove: bn}
          rewrite: {keep: bn}
      """,
      """
      r.yaml:8:5: error: key 'rewrite' is given twice; remove one
            rewrite: {keep: bn}
            ^
      note: 'rewrite' was first given at r.yaml:7:5
      """),
    FaultyRule(
      "an alias without an anchor",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            conv: &layr {type: Convolution}
            bn: *layer
          rewrite: {remove: bn}
      """,
      """
      r.yaml:7:11: error: alias '*layer' names no anchor before it; did you mean '*layr'?
              bn: *layer
                  ^
      """),
    FaultyRule(
      "an alias inside its anchor",
      """
      schema: 1
      rules: &all [*all]
      """,
      """
      r.yaml:2:14: error: alias '*all' stands inside what it names
        rules: &all [*all]
                     ^
      """),
    FaultyRule(
      "an alias bomb",
      """
      schema: 1
      a: &a [x, x, x, x, x, x, x, x, x, x]
      b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
      c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
      d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
      e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
      f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]
      g: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f, *f]
      """,
      """
      r.yaml:7:36: error: the file has more than 1000000 values when its aliases are expanded
        f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]
                                           ^
      """),
    FaultyRule(
      "two documents",
      """
      schema: 1
      ---
      schema: 1
      """,
      """
      r.yaml:2:1: error: a second YAML document begins here, expected one per file; remove the '---'
        ---
        ^
      """),
    FaultyRule(
      "an empty file",
      """
      # nothing yet
      """,
      """
      r.yaml:1:1: error: the file is empty, expected a YAML mapping
        # nothing yet
        ^
      """),
    FaultyRule(
      "a list for a file",
      """
      - schema: 1
      """,
      """
      r.yaml:1:1: error: expected a mapping as rule file, found a list
        - schema: 1
        ^
      """),
    FaultyRule(
      "a text for a file",
      """
      just words
      """,
      """
      r.yaml:1:1: error: expected a mapping as rule file, found the string 'just words'
        just words
        ^
      """),
    FaultyRule(
      "a tag",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: BatchNorm}
          priority: !high 3
          rewrite: {remove: bn}
      """,
      """
      r.yaml:7:15: error: tag '!high' is not known here; remove it
            priority: !high 3
                      ^
      """),
    FaultyRule(
      "a colon that is missing",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match
            bn: {type: BatchNorm}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:5:5: error: expected ':' behind this key
            match
            ^
      """),
    FaultyRule(
      "a list item out of line",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          tags:
            - a
           - b
          match:
            bn: {type: BatchNorm}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:7:6: error: expected a key or the end of the mapping; check the indentation and the quotes
             - b
             ^
      """),
    FaultyRule(
      "a list that is not closed",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: [BatchNorm, Scale}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:35: error: expected ',' or ']' in this list
              bn: {type: [BatchNorm, Scale}
                                          ^
      """),
    FaultyRule(
      "a list as a key",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            [bn, scale]: {type: BatchNorm}
          rewrite: {remove: bn}
      """,
      """
      r.yaml:6:7: error: expected a word as key, found a list
              [bn, scale]: {type: BatchNorm}
              ^
      """),
    FaultyRule(
      "an unquoted expression with a colon",
      """
      schema: 1
      rules:
        - id: r
          summary: S.
          match:
            bn: {type: BatchNorm}
          let:
            s: bn: 1
          rewrite: {remove: bn}
      """,
      """
      r.yaml:8:12: error: ':' cannot stand here; put the text before it in quotes, or check the indentation
              s: bn: 1
                   ^
      """),
  ])
  func isRefused(_ rule: FaultyRule) { #expect(rule.messages == rule.expected) }
}
