/// A definition of a layer type to begin with.
package enum DefinitionTemplate {
  /// The rule file.
  package static func text(type: String) -> String {
    let field = fieldName(of: type)
    return """
      # yaml-language-server: $schema=caffold-rules.schema.json
      #
      # What layers of type \(type) compute, as ONNX operators. It works as it stands, for a layer that scales what it reads
      # and cuts it off; change it piece by piece, and ask in between:
      #   caffold rules check FILE                        is it well-formed?
      #   caffold export MODEL WEIGHTS --rules FILE       export a net with such layers
      #   caffold rules reference --operators             which operators are there?
      # The line at the top gives editors completion, once 'caffold rules schema > caffold-rules.schema.json' was run.
      schema: 1
      layers:
        - type: \(quoted(type))
          summary: What the layer computes, in one sentence.
          # Names for what the layer reads. Without them the first bottom is x, and all are bottoms[0], bottoms[1], …
          bottoms: [x]
          let:
            # Names for expressions over the layer's parameters, blobs and shapes, as rules have them.
            limit: "attr(layer, '\(field).limit', 6)"
          where:
            # What the operators below cannot say, with the sentence that users read.
            - that: layer.bottoms.count == 1
              because: it reads more than one bottom
          means:
            # The operators, in order. Each reads what 'input' names, or what the one before has made.
            # A constant is {floats: …}, {ints: …} or {bools: …}; blobs are floats: {floats: "layer.blobs[0]"}.
            - {op: Mul, input: [x, {floats: "attr(layer, '\(field).alpha', 1)"}], output: scaled}
            # The last one makes the layer's top.
            - {op: Clip, input: [scaled, {floats: 0}, {floats: limit}]}

      """
  }

  /// `VendorClip` has its parameters in `vendor_clip_param`, as Caffe's types have.
  private static func fieldName(of type: String) -> String {
    var name = ""
    var isBehindLower = false
    for character in type {
      guard character.isLetter || character.isNumber, character.isASCII else { continue }
      if character.isUppercase, isBehindLower { name.append("_") }
      name += character.lowercased()
      isBehindLower = character.isLowercase || character.isNumber
    }
    return (name.isEmpty ? "layer" : name) + "_param"
  }

  private static func quoted(_ type: String) -> String {
    let isPlain =
      type.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
      && type.first?.isLetter == true
    return isPlain
      ? type
      : "'" + type.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }
}
