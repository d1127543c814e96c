import RuleModel

extension RuleGrammar {
  /// What a layer type computes.
  package static let definition = RuleShape(
    "definition",
    keys: [
      RuleKey(
        "type", .texts, isRequired: true,
        "The layer types; of several definitions of a type the last one counts whose 'where' holds."),
      RuleKey("summary", .string, isRequired: true, "What the layer computes, in one sentence."),
      RuleKey(
        "bottoms", .texts,
        "Names for the bottoms, by position; the first one is 'x' when absent, all are 'bottoms[i]'."
      ),
      RuleKey(
        "where", .conditions,
        "What must hold for 'means' to say it; with 'because', the sentence that users read where it does not."
      ),
      RuleKey("let", .namedExpressions, "Names for intermediate results; each may use those before it."),
      RuleKey(
        "constant", .boolean,
        "'true' for a layer whose tops depend on the shapes of its bottoms alone: they are written as constants."
      ),
      RuleKey(
        "varying", .integer,
        "The axis of the tops whose size depends on values; absent where all sizes follow from the bottoms' shapes."
      ),
      RuleKey(
        "ignores", .texts,
        "The paths of fields without influence, 'vendor_param.engine'; with this key, a layer with a field that the definition neither reads nor lists is not understood."
      ),
      RuleKey(
        "means", .operators, "The operators, or the Caffe layers, in the order in which they compute."),
      RuleKey("tests", .shapes(definitionTest), "Examples that 'rules test' runs."),
    ])

  /// An example of a definition.
  package static let definitionTest = RuleShape(
    "definition test",
    keys: [
      RuleKey("name", .string, isRequired: true, "What the example shows."),
      RuleKey("layer", .text, "The layer's parameters, as prototxt: 'vendor_param { low: 1 }'."),
      RuleKey("blobs", .tensors, "The numbers of the parameter blobs, one expression for each."),
      RuleKey("bottoms", .tensors, isRequired: true, "The numbers of the bottoms, one expression for each."),
      RuleKey("tops", .tensors, "The numbers that the tops must hold, one expression for each."),
      RuleKey(
        "refused", .string, "In the place of 'tops': the sentence of the condition that does not hold."),
      RuleKey(
        "tolerance", .text,
        "The largest difference allowed, relative to the largest number of a top; 1e-5 when absent."),
    ])

  /// One operator of a definition; its other keys are the operator's attributes.
  package static let operatorStep = RuleShape(
    "operator",
    keys: [
      RuleKey("op", .text, "ONNX's name of the operator; needed without 'means'."),
      RuleKey(
        "input", .field,
        "What it reads: values, {floats: …}, {ints: …} or {bools: …} for a constant, null for an input left out; when absent what the operator before has made."
      ),
      RuleKey(
        "output", .texts, "What its results are called; the last operator makes 'tops' when absent."),
      RuleKey("when", .expression, "Whether it is there; always when absent."),
      RuleKey(
        "each", .namedExpressions,
        "A name and how often the operator, or those under 'means', are there: {i: layer.bottoms.count}."),
      RuleKey(
        "means", .operators, "With 'each': operators or layers that are there together, several times."),
    ])

  /// One Caffe layer of a definition; its other keys are the layer's fields.
  package static let definitionLayer = RuleShape(
    "layer of a definition",
    keys: [
      RuleKey("type", .string, isRequired: true, "The layer's type."),
      RuleKey(
        "bottom", .texts, "What it reads: values; when absent what the layer before has made."),
      RuleKey(
        "top", .topNames,
        "What its tops are called, {part: n} for a list of n; the last layer makes 'tops' when absent."),
      RuleKey(
        "like", .words(["layer"]), "'layer': it begins with the parameters of the layer that is defined."),
      RuleKey("blobs", .expressions, "Its parameter blobs; 'layer.blobs' for all those of the layer."),
      RuleKey("when", .expression, "Whether it is there; always when absent."),
      RuleKey(
        "each", .namedExpressions, "A name and how often the layer is there: {i: layer.bottoms.count}."),
    ])
}
