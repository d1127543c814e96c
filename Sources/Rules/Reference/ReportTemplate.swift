/// A new rule that reports, to begin with: it passes the check and its own tests, and its comments say what to change.
package enum ReportTemplate {
  /// The rule file.
  ///
  /// - Throws: `RuleError` for an id that is none.
  package static func text(id: String) throws(RuleError) -> String {
    guard RuleChecker.isID(id) else { throw RuleError(.badID(id)) }
    return """
      # yaml-language-server: $schema=caffold-rules.schema.json
      #
      # A new rule that reports and rewrites nothing. It works as it stands; change it piece by piece, and ask in between:
      #   caffold rules check FILE     is it well-formed?
      #   caffold rules test FILE      does it do what its tests say?
      #   caffold check --rules FILE … use it
      # The line at the top gives editors completion, once 'caffold rules schema > caffold-rules.schema.json' was run.
      schema: 1
      rules:
        - id: \(id)
          summary: A kernel is wider than allowed.  # what it finds, in one sentence
          documentation: |
            Why that matters. Markdown.
          tags: [mine]                  # what --select and --ignore can name besides the id
          parameters:                   # values from whoever runs it: caffold check … --param widest=7
            widest: {type: number, default: 5, summary: The widest kernel.}
          match:
            # The layers, by names of your own, as in rules that rewrite.
            conv:
              type: Convolution         # a type, a list of types, or a glob
              where: any(window(conv).kernel > widest)
          report:
            severity: warning           # or error, which makes 'caffold check' exit with 1; or note
            because: "the kernel of '{conv.name}' is {window(conv).kernel}; {widest} is the widest allowed"
            remedy: use several smaller kernels
            # help: https://example.com/kernels   # a page about it
            at: conv.convolution_param.kernel_size  # the layer or field that the finding points at
          tests:
            # At least one net of which it reports something, and one of which it does not.
            - name: seven is too wide
              net: |
                input: "data"
                layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 2 kernel_size: 7 } }
              expect: {reported: {at: conv}}
            - name: three is allowed
              net: |
                input: "data"
                layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 2 kernel_size: 3 } }
              expect: unmatched

      """
  }
}
