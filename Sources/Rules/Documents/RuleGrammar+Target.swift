import RuleModel

/// The keys of a target: what a program accepts that takes nets over.
extension RuleGrammar {
  /// What is known of one program.
  package static let target = RuleShape(
    "target",
    keys: [
      RuleKey("id", .id, isRequired: true, "What --target calls it; the ids of its findings begin with it."),
      RuleKey("summary", .string, isRequired: true, "What the program is, in one sentence."),
      RuleKey(
        "takes", .words(Target.Input.allCases.map(\.rawValue)),
        "What it reads: 'caffe', the default, or 'onnx', what 'caffold export' writes."),
      RuleKey(
        "mends", .texts, "The rules that bring a net there: ids, globs or tags, selected by --target."),
      RuleKey("types", .shapes(targetTypes), "The layer types that it takes, or does not take."),
      RuleKey("operators", .shapes(targetOperators), "Likewise the operators of ONNX files."),
      RuleKey("fields", .shapes(targetFields), "The fields of layers that it does not take."),
      RuleKey("limits", .shapes(targetLimits), "What else a net must be like."),
    ] + evidence)

  /// What every statement has beside its subject.
  private static let claim =
    [
      RuleKey(
        "severity", .words(RuleReport.Severity.allCases.map(\.rawValue)),
        "How bad it is when a net is otherwise; 'error' when absent."),
      RuleKey("because", .text, "Why, as the end of a sentence, lower case, without a full stop."),
      RuleKey("remedy", .text, "What to do about it."),
      RuleKey("help", .text, "The address of a page about it."),
    ] + evidence

  /// A statement about types.
  package static let targetTypes = RuleShape(
    "targetTypes",
    keys: [
      RuleKey(
        "accepted", .texts,
        "Names or globs; those of all statements together are all that the program takes."),
      RuleKey("refused", .texts, "Names or globs that the program does not take."),
    ] + claim)

  /// A statement about operators.
  package static let targetOperators = RuleShape(
    "targetOperators",
    keys: [
      RuleKey(
        "accepted", .texts,
        "Names or globs; those of all statements together are all that the program runs."),
      RuleKey("refused", .texts, "Names or globs that the program does not run."),
      RuleKey(
        "native", .texts,
        "Layer types of Caffe's that the program runs as nodes of these names: 'caffold export --profile' keeps them."
      ),
    ] + claim)

  /// A statement about fields.
  package static let targetFields = RuleShape(
    "targetFields",
    keys: [
      RuleKey("refused", .texts, "Paths, such as 'reshape_param.axis', that end the program's run."),
      RuleKey("ignored", .texts, "Paths that it passes over: another value than Caffe's default is lost."),
      RuleKey("unknown", .words(["refused"]), "Fields that BVLC's Caffe does not have end its run."),
      RuleKey("known", .texts, "Beside 'unknown': paths that it knows all the same."),
    ] + claim)

  /// A statement about the whole net.
  package static let targetLimits = RuleShape(
    "targetLimits",
    keys: [
      RuleKey("syntax", .words(["layer"]), "The old syntax 'layers' is not read."),
      RuleKey("inputs", .words(["layer"]), "Inputs must be Input layers; 'input' at the top is not read."),
      RuleKey("byte_order_mark", .words(["refused"]), "A byte-order mark before the text is not read."),
      RuleKey("axes", .integer, "How many axes a blob has at most."),
      RuleKey("batch", .integer, "How large the first axis of an input is at most."),
      RuleKey("size", .integer, "How large the height and the width of a blob are at most."),
      RuleKey("outputs", .integer, "How many outputs the net has at most."),
      RuleKey(
        "tops", .words(["named"]), "A layer's only top has the layer's name, unless the layer works in place."
      ),
      RuleKey("names", .words(["equal"]), "Layers have the same names and types in both files."),
      RuleKey("numbers", .words(["float32"]), "Blobs are stored in single precision."),
    ] + claim)
}
