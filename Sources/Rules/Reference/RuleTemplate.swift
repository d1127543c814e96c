import RuleModel

/// A new rule to begin with: it passes the check and its own tests, and its comments say what to change.
package enum RuleTemplate {
  /// The rule file.
  ///
  /// - Throws: `RuleError` for an id that is none.
  package static func text(id: String) throws(RuleError) -> String {
    guard RuleChecker.isID(id) else { throw RuleError(.badID(id)) }
    return """
      # yaml-language-server: $schema=caffold-rules.schema.json
      #
      # A new rule. It works as it stands; change it piece by piece, and ask in between:
      #   caffold rules check FILE     is it well-formed?
      #   caffold rules test FILE      does it do what its tests say?
      #   caffold rules prove FILE     does it keep what nets compute?
      #   caffold fold --rules FILE …  use it
      # The line at the top gives editors completion, once 'caffold rules schema > caffold-rules.schema.json' was run.
      schema: 1
      layouts:
        # What a layer computes that only your fork knows: scale·x + shift per channel. Nets with it can then be run, and
        # folds of it be proven.
        - id: vendor-gain
          type: VendorGain
          blobs: [gamma]                # or: scale: "layer.blobs[0] * attr(layer, 'gain_param.alpha', 1)"
      rules:
        - id: \(id)
          summary: Fold a per-channel factor into the convolution before it.  # one sentence
          documentation: |
            Why it is right, and when it refuses. Markdown.
          tags: [mine]                  # what --select and --ignore can name besides the id
          safety: exact                 # or approximate: only with --unsafe; or conversion: only when selected
          # parameters:                 # values from whoever runs it: caffold fold … --param strength=0.5
          #   strength: {type: number, default: 1, summary: How much of it.}
          match:
            # The layers, by names of your own, from input to output. 'bottom' says what reads what.
            conv: {type: Convolution}
            gain:
              type: VendorGain          # a type, a list of types, or a glob
              bottom: conv
              where: gain.blobs.count == 1
          let:
            # Names for what is used more than once: expressions over blobs and parameters.
            factor: gain.blobs[0]
          transform:
            # What happens to the weights. 'caffold rules explain \(id) --rules FILE' describes the kernels.
            - {kernel: fold-affine, into: conv, scale: factor}
          rewrite: {remove: gain}       # also: replace: x, with: {type: …}
          tests:
            # At least one net that the rule rewrites, and one that it must leave alone.
            - name: a gain behind a convolution is folded
              net: |
                input: "data"
                layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 2 kernel_size: 1 } }
                layer { name: "gain" type: "VendorGain" bottom: "conv" top: "gain" }
              expect: {layers: [conv]}
            - name: a convolution that somebody else reads stays
              net: |
                input: "data"
                layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 2 kernel_size: 1 } }
                layer { name: "gain" type: "VendorGain" bottom: "conv" top: "gain" }
                layer { name: "side" type: "ReLU" bottom: "conv" top: "side" }
              expect: {refused: {at: gain, reason: other-consumer}}

      """
  }
}
