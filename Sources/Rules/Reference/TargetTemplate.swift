/// A new target to begin with: it passes the check and its own tests, and its comments say what to change.
package enum TargetTemplate {
  /// The rule file.
  ///
  /// - Throws: `RuleError` for an id that is none.
  package static func text(id: String) throws(RuleError) -> String {
    guard RuleChecker.isID(id) else { throw RuleError(.badID(id)) }
    return """
      # yaml-language-server: $schema=caffold-rules.schema.json
      #
      # A new target: what a program accepts that takes nets over. It works as it stands; replace every statement by one about your
      # program, and ask in between:
      #   caffold rules check FILE         is it well-formed?
      #   caffold rules test FILE          do its rules do what their tests say?
      #   caffold check --target FILE …    what does the program refuse or misread of a net?
      #   caffold fold --target FILE …     mend it, and say what is left
      # The line at the top gives editors completion, once 'caffold rules schema > caffold-rules.schema.json' was run.
      schema: 1
      target:
        id: \(id)
        summary: The compiler of a chip.  # what the program is, in one sentence
        takes: caffe                    # or onnx: what 'caffold export' writes
        # How it is known, for all statements that do not say it themselves.
        source: its manual, edition 3
        date: 2026-01-31
        evidence: documented            # or tested: with the program itself
        mends: [inference, portable]    # rules that bring a net there: ids, globs or tags
        types:
          # Several statements with 'accepted' are taken together; without any, all types are accepted but the refused ones.
          - refused: [LSTM, RNN]
            because: it has no recurrent layers
        fields:
          - ignored: pooling_param.round_mode
            because: it rounds up
          # - refused: convolution_param.dilation   # ends the program's run
          # - unknown: refused                      # so does every field that BVLC's Caffe does not have
        limits:
          # One in each statement: syntax, inputs, byte_order_mark, axes, batch, size, outputs, tops, names, numbers.
          - axes: 4
          - size: 4096
            because: its tiles are no larger
      rules:
        # What takes a pattern is a rule that reports: 'caffold rules new ID --report' prints one.
        - id: \(id)-kernel
          summary: A kernel is wider than 11.
          match:
            conv: {type: Convolution, where: "any(window(conv).kernel > 11)"}
          report:
            severity: error
            because: "the chip computes kernels up to 11; '{conv.name}' has {window(conv).kernel}"
            at: conv.convolution_param
          tests:
            - name: too wide
              net: |
                input: "data"
                layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 2 kernel_size: 13 } }
              expect: {reported: {at: conv}}
            - name: wide enough
              net: |
                input: "data"
                layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 2 kernel_size: 11 } }
              expect: unmatched

      """
  }
}
