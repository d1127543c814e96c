import RuleModel
import YAML

/// The keys of every kind of mapping in a rule file: the one table that decoding, the JSON Schema and the
/// reference are made of.
package enum RuleGrammar {
  /// The version of the rule language that this program reads.
  package static let version = 1

  /// A whole rule file.
  package static let file = RuleShape(
    "rule file",
    keys: [
      RuleKey("schema", .version, isRequired: true, "The version of the rule language."),
      RuleKey(
        "extends", .texts,
        "Rule files, or folders of them, whose rules come before those of this file and can be overridden here by id; relative to this file."
      ),
      RuleKey("rules", .shapes(rule), "The rules, tried in this order among equals."),
      RuleKey("layouts", .shapes(layout), "How layer types store their numbers in blobs."),
      RuleKey(
        "harmless_fields", .texts,
        "Fields of forks that do not change what a layer computes at TEST: 'convolution_param.weight_scale'."
      ),
      RuleKey(
        "types", .namedTextLists,
        "Lists of layer types that patterns refer to as '$name'; a list adds to those of the same name in other files."
      ),
      RuleKey("layers", .shapes(definition), "What layer types compute, as ONNX operators."),
      RuleKey("target", .shape(target), "What a program accepts that takes nets over."),
    ])

  /// A rule.
  package static let rule = RuleShape(
    "rule",
    keys: [
      RuleKey("id", .id, isRequired: true, "What selections, reports and messages call the rule; unique."),
      RuleKey("summary", .string, isRequired: true, "What the rule does, in one sentence."),
      RuleKey("documentation", .string, "Why it is right and when it refuses, in Markdown."),
      RuleKey("tags", .texts, "What --select and --ignore can name besides the id."),
      RuleKey(
        "safety", .words(Rule.Safety.allCases.map(\.rawValue)),
        "Whether the rewrite is exact up to rounding; an approximate rule runs only with --unsafe, a conversion, which changes what the net takes or gives, only when it is selected."
      ),
      RuleKey(
        "phase", .words(Rule.PhaseCondition.allCases.map(\.rawValue)),
        "The phase of the nets that the rule may rewrite; TEST when absent."),
      RuleKey(
        "syntax", .words(Rule.Syntax.allCases.map(\.rawValue)),
        "'current': a run that selects the rule upgrades nets of Caffe's older syntaxes first, definition and weights."
      ),
      RuleKey(
        "tolerance", .number,
        "The largest relative difference that a rewrite may make, in the check and the proof. When absent, that of the run; an approximate rule is measured then, unless the run is given a tolerance."
      ),
      RuleKey("default", .switch, "'off': the rule runs only when it is selected; 'on' when absent."),
      RuleKey(
        "passes", .integer,
        "How often the rule may rewrite layers again that it has rewritten or made; 0 when absent."),
      RuleKey(
        "measure", .expression,
        "With 'passes': a number that must be less each time; where it is not, the rule stops."),
      RuleKey("priority", .integer, "Higher goes first; 0 when absent."),
      RuleKey(
        "once", .boolean, "Whether it rewrites a net once at most, at the first place that it matches."),
      RuleKey(
        "quiet", .boolean,
        "Whether its misses explain nothing: most layers of the types it looks at are meant to stay."),
      RuleKey(
        "allow", .wordList(Rule.Allowance.allCases.map(\.rawValue)),
        "Safety checks of the engine that the rule opts out of."),
      RuleKey(
        "parameters", .named(parameter),
        "Values that the rule takes from whoever runs it, by the names that its expressions use."),
      RuleKey(
        "match", .named(capture), isRequired: true, "The layers that the rule looks for, by names of its own."
      ),
      RuleKey(
        "where", .conditions, "Conditions on several captures at once; they may use the names under 'let'."),
      RuleKey("let", .namedExpressions, "Names for intermediate results; each may use those before it."),
      RuleKey("transform", .transforms, "What happens to the parameters, in this order."),
      RuleKey("rewrite", .shape(rewrite), "What happens to the layers; needed without 'report'."),
      RuleKey(
        "report", .shape(report), "What the rule says about its matches; such a rule rewrites nothing."),
      RuleKey("tests", .shapes(test), "Nets that the rule rewrites or refuses, run by 'caffold rules test'."),
    ])

  /// A value that a rule takes from outside.
  package static let parameter = RuleShape(
    "parameter",
    keys: [
      RuleKey(
        "type", .words(RuleParameter.Kind.named.map(\.word)),
        "What a value is; 'numbers' are one number or several."),
      RuleKey("one_of", .texts, "The words that a value can be, instead of 'type'."),
      RuleKey(
        "map", .words(RuleParameter.Kind.Held.allCases.map(\.rawValue)),
        "Instead of 'type': what a value has for each name or pattern of names; 'lookup' reads it."),
      RuleKey("default", .parameterValue, "Its value where none is given; without it one must be given."),
      RuleKey("where", .expressions, "Conditions on a value, by the parameter's name."),
      RuleKey("summary", .string, isRequired: true, "What it is for, in one sentence."),
    ])

  /// The keys that say what a parameter's value is; one of them is given.
  static let parameterKinds = ["type", "one_of", "map"]

  /// Something that is there only where a condition holds.
  package static let conditionalValue = RuleShape(
    "value",
    keys: [
      RuleKey("value", .field, isRequired: true, "The value."),
      RuleKey("when", .expression, isRequired: true, "Whether it is there."),
    ])

  /// A condition with the sentence that explains it.
  package static let condition = RuleShape(
    "condition",
    keys: [
      RuleKey("that", .expression, isRequired: true, "What must hold."),
      RuleKey(
        "because", .text, isRequired: true,
        "What users read after 'stays:' where it does not hold: the end of a sentence about the layer, lower case, without a full stop."
      ),
      RuleKey(
        "quiet", .boolean,
        "Whether a fold's report leaves out layers that fail this condition; 'caffold why' still prints the sentence."
      ),
    ])

  /// One layer of a pattern.
  package static let capture = RuleShape(
    "capture",
    keys: [
      RuleKey(
        "type", .texts, "The layer's type: one, several, globs, or '$name' for a list; any when absent."),
      RuleKey("name", .text, "A glob that the layer's name must fit."),
      RuleKey("included", .boolean, "'false' for a layer that the phase leaves out."),
      RuleKey("bottom", .bottoms, "What the layer reads: captures, or values '$x'."),
      RuleKey(
        "optional", .boolean,
        "Whether a match may do without it: who reads it then reads what it would have read."),
      RuleKey(
        "repeat", .repetition, "How often the layer follows itself, as '1..8'; the capture is a list."),
      RuleKey("either", .texts, "The captures that this one is one of; it has no other key but 'where'."),
      RuleKey("where", .conditions, "Conditions on the layer."),
    ])

  /// The mapping forms of `bottom`.
  package static let bottom = RuleShape(
    "bottom",
    keys: [
      RuleKey("any_order", .bottomList, "Exactly these, in any order."),
      RuleKey("one_of", .bottomReference, "This one among others."),
      RuleKey("among", .bottomList, "These among others, in any order."),
      RuleKey("adjacent", .bottomList, "These among others, side by side in this order."),
      RuleKey("every", .bottomReference, "This one at each bottom; the capture is a list."),
    ])

  /// A chain of several captures.
  package static let repetition = RuleShape(
    "repeat",
    keys: [
      RuleKey("times", .times, isRequired: true, "How often, as '1..8'."),
      RuleKey("from", .text, isRequired: true, "The capture that each repetition begins with."),
    ])

  /// A step of `transform` that calls no kernel.
  package static let assignment = RuleShape(
    "transform",
    keys: [
      RuleKey(
        "set", .text, isRequired: true,
        "The blob 'capture.blobs[0]' or the parameter 'capture.some_param.field' that is set."),
      RuleKey(
        "to", .field, isRequired: true, "The new value: an expression, or a list or mapping of a parameter."),
      RuleKey("default", .expression, "What the blob counts as where the layer has none yet."),
      when,
    ])

  /// The key that every step of `transform` may have.
  package static let when = RuleKey("when", .expression, "Whether the step is done; always when absent.")

  /// What happens to the layers.
  package static let rewrite = RuleShape(
    "rewrite",
    keys: [
      RuleKey("keep", .texts, "Captures that stay, for readers; every one not named below stays."),
      RuleKey("remove", .texts, "Captures that are bypassed: who reads them reads what they read."),
      RuleKey("drop", .texts, "Captures that go with what they make, which nobody else may read."),
      RuleKey(
        "prune", .texts,
        "Values that are needed no more, 'loss.bottoms[1:]': what alone makes them goes too, back to layers with blobs."
      ),
      RuleKey("replace", .texts, "Captures whose place new layers take."),
      RuleKey("with", .templates, "The layers that take it, in the order in which they compute."),
      RuleKey(
        "expand", .texts,
        "Captures that are replaced by the Caffe layers of which the definitions of their types consist."),
      RuleKey("insert", .insertions, "Layers that come between others."),
      RuleKey(
        "rename", .namedTexts,
        "New names of captures, with '{capture.name}' for the present ones; under 'capture.tops' of all that one makes, with '{name}'."
      ),
      RuleKey("retype", .namedTexts, "New types of captures, which keep their fields and blobs."),
      RuleKey(
        "separate", .texts, "Captures that write blobs of their own from now on, not over what they read."),
      RuleKey(
        "clear_foreign", .texts,
        "Captures whose fields go that BVLC's Caffe does not have and that change nothing."),
      RuleKey("clear", .texts, "Fields that go: 'capture.convolution_param.weight_filler', 'capture.param'."),
      RuleKey(
        "bottoms", .namedConnections,
        "What captures read from now on: values, or {without: …} for what they read no more."),
      RuleKey(
        "output", .words(["first", "last"]),
        "Which of two names survives where a layer goes or comes; the last one when absent."),
    ])

  /// What a rule says about its matches instead of rewriting them.
  package static let report = RuleShape(
    "report",
    keys: [
      RuleKey(
        "severity", .words(RuleReport.Severity.allCases.map(\.rawValue)), isRequired: true,
        "How bad a match is; errors make 'caffold check' exit with 1."),
      RuleKey(
        "because", .text, isRequired: true,
        "Why it is one: a sentence, lower case, without a full stop; '{expression}' stands for its value."),
      RuleKey("remedy", .text, "What to do about it, likewise."),
      RuleKey("help", .text, "The address of a page about it."),
      RuleKey(
        "at", .text,
        "The capture, or the field 'capture.some_param.field', that the message points at; the last layer of the pattern when absent."
      ),
    ] + evidence)

  /// How a statement about another program is known.
  package static let evidence = [
    RuleKey("source", .text, "Where it was read, or what it was tried with."),
    RuleKey("date", .text, "When, as 2026-11-29."),
    RuleKey(
      "evidence", .words(Evidence.Kind.allCases.map(\.rawValue)),
      "Whether it was tried with the program itself, or read."),
  ]

  /// The mapping form of what a capture reads from now on.
  package static let connection = RuleShape(
    "connection",
    keys: [
      RuleKey(
        "without", .values, isRequired: true,
        "Captures, their 'tops[i]' or values '$x' that it reads no more, each once.")
    ])

  /// The keys of a new layer that are no fields of its parameters.
  package static let template = RuleShape(
    "new layer",
    keys: [
      RuleKey("type", .string, "The type of the layer; needed without 'like'."),
      RuleKey("as", .text, "What the rule calls it, for layers after it."),
      RuleKey("like", .text, "A capture whose type and parameters it begins with."),
      RuleKey("name", .text, "Its name, with '{capture.name}' for those of matched layers."),
      RuleKey(
        "bottom", .bottomItems,
        "What it reads: captures, their 'tops[i]' and 'bottoms[i]', '$x', new layers; without '[i]' all of several."
      ),
      RuleKey("top", .tops, "What it makes: what a capture made, or {name: …} for a new value."),
      RuleKey(
        "blobs", .templateBlobs,
        "Its blobs: expressions, or 'capture.blobs' and 'capture.blobs[1:]' for those of a layer as they are."
      ),
      RuleKey(
        "each", .namedExpressions,
        "A name for each number below a count, or for each item of a list: the layer is there once for each."),
      RuleKey(
        "when", .expression,
        "Whether the layer is there; when it is absent, its readers connect to its only bottom."),
    ])

  /// Where a new layer comes between others.
  package static let insertion = RuleShape(
    "new layer",
    keys: [
      RuleKey("after", .text, "A capture, one of its tops or a new layer: who reads it reads the new layer."),
      RuleKey("before", .text, "A capture, or one of its bottoms: it reads the new layer."),
    ] + template.keys.filter { !["top", "each", "when"].contains($0.name) })

  /// A new value among the tops of a new layer.
  package static let newTop = RuleShape(
    "top",
    keys: [
      RuleKey("name", .text, "The name of the new value; one made of the layer's name when absent."),
      RuleKey("each", .namedExpressions, "A name for each number or item: there are as many values."),
    ])

  /// An example inside a rule.
  package static let test = RuleShape(
    "test",
    keys: [
      RuleKey("name", .string, isRequired: true, "What the example shows."),
      RuleKey("net", .text, isRequired: true, "The net, as prototxt."),
      RuleKey("parameters", .namedParameterValues, "The values of the rule's parameters."),
      RuleKey(
        "weights", .namedTensors,
        "The numbers of the blobs of layers, by name; the other layers get some numbers of the right shapes."),
      RuleKey("expect", .expectation, isRequired: true, "What must come of it."),
    ])

  /// The words that `expect` can be.
  package static let expectedWords = ["rewritten", "unmatched", "reported"]

  /// The mapping forms of `expect`.
  package static let expectation = RuleShape(
    "expect",
    keys: [
      RuleKey("layers", .texts, "The names of the layers that are left, in order."),
      RuleKey("refused", .shape(refusal), "That the rule refuses."),
      RuleKey("reported", .shape(reported), "That the rule reports."),
    ])

  /// An expected finding.
  package static let reported = RuleShape(
    "reported",
    keys: [
      RuleKey("at", .texts, "The layers that the findings point at, in order."),
      RuleKey("because", .text, "What each of them says."),
    ])

  /// An expected refusal.
  package static let refusal = RuleShape(
    "refusal",
    keys: [
      RuleKey("at", .text, "The layer that the search began at: the last one of the pattern."),
      RuleKey("reason", .refusalCode, isRequired: true, "The code of the reason."),
    ])

  /// A blob layout.
  package static let layout = RuleShape(
    "layout",
    keys: [
      RuleKey(
        "id", .id, isRequired: true, "Unique; a later layout of the same id takes the earlier one's place."),
      RuleKey("type", .texts, isRequired: true, "The layer types that use it."),
      RuleKey("when", .expression, "When it is the one; the layer is called 'layer'."),
      RuleKey(
        "blobs", .wordList(BlobLayout.Role.allCases.map(\.rawValue)),
        "What each blob is, by position; needed without 'scale' and 'shift'."),
      RuleKey("epsilon", .expression, "What is added to the variance."),
      RuleKey("stored_statistics", .expression, "Whether the layer uses the stored statistics at TEST."),
      RuleKey("axis", .expression, "The axis that the channels lie along; 1 when absent."),
      RuleKey("axis_count", .expression, "How many axes the numbers span; 1 when absent."),
      RuleKey("scale", .expression, "What is computed where roles do not say it: the factor."),
      RuleKey("shift", .expression, "Likewise: the summand."),
      RuleKey("refuse", .string, "Why a layer that the layout fits is left alone, in one sentence."),
      RuleKey("warn", .string, "What the user should know of a layer that is read by the layout."),
      RuleKey("warn_when", .expression, "When 'warn' is said; always when absent."),
      RuleKey(
        "assume", .expression,
        "When the layout may be assumed without weights, which would tell the number of blobs; always when absent."
      ),
    ])
}
