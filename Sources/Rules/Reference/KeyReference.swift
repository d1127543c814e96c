/// The page about the keys of rule files, made of the tables that the checker reads by.
package enum KeyReference {
  /// One kind of mapping on the page.
  private struct Entry {
    let heading: String
    /// Where such a mapping stands, as the end of a sentence.
    let place: String
    let shape: RuleShape
  }

  private static let entries: [Entry] = [
    Entry(heading: "Rule file", place: "the file itself", shape: RuleGrammar.file),
    Entry(heading: "Rule", place: "an item under `rules`", shape: RuleGrammar.rule),
    Entry(heading: "Parameter", place: "a name under `parameters`", shape: RuleGrammar.parameter),
    Entry(heading: "Capture", place: "a name under `match`", shape: RuleGrammar.capture),
    Entry(
      heading: "Bottoms of a capture", place: "`bottom` of a capture, with one of these keys",
      shape: RuleGrammar.bottom),
    Entry(
      heading: "Repetition", place: "`repeat` of a capture, where several captures repeat",
      shape: RuleGrammar.repetition),
    Entry(heading: "Condition", place: "an item under `where`", shape: RuleGrammar.condition),
    Entry(heading: "Assignment", place: "a step under `transform`", shape: RuleGrammar.assignment),
    Entry(heading: "Rewrite", place: "`rewrite` of a rule", shape: RuleGrammar.rewrite),
    Entry(
      heading: "New layer", place: "`with`; its other keys are fields of the layer",
      shape: RuleGrammar.template),
    Entry(
      heading: "Inserted layer", place: "`insert`; its other keys are fields of the layer",
      shape: RuleGrammar.insertion),
    Entry(heading: "New value", place: "an item under `top` of a new layer", shape: RuleGrammar.newTop),
    Entry(
      heading: "Conditional value", place: "a field, bottom or blob of a new layer",
      shape: RuleGrammar.conditionalValue),
    Entry(
      heading: "Connection", place: "a name under `bottoms` of a rewrite", shape: RuleGrammar.connection),
    Entry(heading: "Report", place: "`report` of a rule", shape: RuleGrammar.report),
    Entry(heading: "Test", place: "an item under `tests` of a rule", shape: RuleGrammar.test),
    Entry(
      heading: "Expectation", place: "`expect` of a test, with one of these keys",
      shape: RuleGrammar.expectation),
    Entry(heading: "Expected refusal", place: "`refused` of an expectation", shape: RuleGrammar.refusal),
    Entry(heading: "Expected report", place: "`reported` of an expectation", shape: RuleGrammar.reported),
    Entry(heading: "Layout", place: "an item under `layouts`", shape: RuleGrammar.layout),
    Entry(heading: "Layer definition", place: "an item under `layers`", shape: RuleGrammar.definition),
    Entry(
      heading: "Operator", place: "a step under `means`; its other keys are the operator's attributes",
      shape: RuleGrammar.operatorStep),
    Entry(
      heading: "Layer of a definition", place: "a step under `means`; its other keys are fields of the layer",
      shape: RuleGrammar.definitionLayer),
    Entry(
      heading: "Test of a definition", place: "an item under `tests` of a layer definition",
      shape: RuleGrammar.definitionTest),
    Entry(heading: "Target", place: "`target` of a rule file", shape: RuleGrammar.target),
    Entry(heading: "Types of a target", place: "an item under `types`", shape: RuleGrammar.targetTypes),
    Entry(
      heading: "Operators of a target", place: "an item under `operators`", shape: RuleGrammar.targetOperators
    ),
    Entry(heading: "Fields of a target", place: "an item under `fields`", shape: RuleGrammar.targetFields),
    Entry(heading: "Limits of a target", place: "an item under `limits`", shape: RuleGrammar.targetLimits),
  ]

  /// The kinds of mappings that the page describes.
  package static var shapes: [RuleShape] { entries.map(\.shape) }

  /// The page in Markdown: a table for each kind of mapping.
  package static var markdown: String {
    let head = """
      # Keys of rule files

      <!-- Made by `make reference` from the tables that `caffold rules check` reads by. Change those, not this page. -->

      Every key of every mapping in a rule file. [Rules.md](Rules.md) explains them with examples; `caffold rules schema` prints the
      same as a JSON Schema for editors. An unknown key is an error. **Bold** keys are required. The kernels that `transform` calls are in
      [BuiltinRules.md](BuiltinRules.md#kernels), the functions of expressions in [Rules.md](Rules.md#functions).
      """
    let contents = entries.map { "- [\($0.heading)](#\(anchor($0.heading))): \($0.place)" }
    let sections = entries.map { entry in
      (["## \(entry.heading)", "", "| key | value | |", "|---|---|---|"] + entry.shape.keys.map(row))
        .joined(separator: "\n")
    }
    return ([head, contents.joined(separator: "\n")] + sections).joined(separator: "\n\n") + "\n"
  }

  private static func row(_ key: RuleKey) -> String {
    let name = key.isRequired ? "**`\(key.name)`**" : "`\(key.name)`"
    return "| \(name) | \(key.value.phrase) | \(key.summary.replacing("|", with: "\\|")) |"
  }

  private static func anchor(_ heading: String) -> String {
    heading.lowercased().replacing(" ", with: "-")
  }

  /// A link to the section about a kind of mapping.
  static func link(_ shape: RuleShape) -> String {
    guard let entry = entries.first(where: { $0.shape.names == shape.names }) else {
      return "a mapping"
    }
    return "[\(entry.heading.lowercased())](#\(anchor(entry.heading)))"
  }
}

extension RuleKey.Value {
  /// What may stand under a key, in words.
  fileprivate var phrase: String {
    switch self {
    case .version: "`\(RuleGrammar.version)`"
    case .id: "lower-case letters, digits and hyphens"
    case .integer: "whole number"
    case .number: "number"
    case .boolean: "`true` or `false`"
    case .switch: "`on` or `off`"
    case .string, .text: "text"
    case .texts: "text, or a list"
    case .words(let words): words.map { "`\($0)`" }.joined(separator: ", ")
    case .wordList(let words): "of " + words.map { "`\($0)`" }.joined(separator: ", ") + ", one or a list"
    case .expression: "expression"
    case .expressions: "expression, or a list"
    case .conditions: "expression or \(KeyReference.link(RuleGrammar.condition)), or a list"
    case .namedExpressions: "expressions by name"
    case .namedTensors: "numbers of blobs by the names of layers"
    case .bottomItems: "value or \(KeyReference.link(RuleGrammar.conditionalValue)), or a list"
    case .templateBlobs: "expression or \(KeyReference.link(RuleGrammar.conditionalValue)), or a list"
    case .field: "scalar, mapping, or a list of them"
    case .shape(let shape): KeyReference.link(shape)
    case .shapes(let shape): "list of: \(KeyReference.link(shape))"
    case .named(let shape): "\(KeyReference.link(shape)), by name"
    case .bottoms: "value, list of values, or \(KeyReference.link(RuleGrammar.bottom))"
    case .times: "range, as `1..8`"
    case .repetition: "range, as `1..8`, or \(KeyReference.link(RuleGrammar.repetition))"
    case .bottomReference: "capture, its `tops[i]`, or a value `$x`"
    case .bottomList: "list of captures, their `tops[i]`, or values `$x`"
    case .transforms:
      "list of calls of [kernels](BuiltinRules.md#kernels) and \(KeyReference.link(RuleGrammar.assignment))s"
    case .operators:
      "list of: \(KeyReference.link(RuleGrammar.operatorStep)), or \(KeyReference.link(RuleGrammar.definitionLayer))"
    case .tensors: "expression or numbers in lists, or a list of them"
    case .templates: "\(KeyReference.link(RuleGrammar.template)), or a list"
    case .insertions: "\(KeyReference.link(RuleGrammar.insertion)), or a list"
    case .namedTexts: "texts by name"
    case .namedTextLists: "lists of texts by name"
    case .values: "value, or a list"
    case .namedConnections: "values or \(KeyReference.link(RuleGrammar.connection)), by capture"
    case .tops: "value or \(KeyReference.link(RuleGrammar.newTop)), or a list"
    case .topNames: "name, `{name: count}`, or a list"
    case .parameterValue: "scalar, list of scalars, or scalars by name"
    case .parameterValues: "values of parameters by name, or by rule and name"
    case .namedParameterValues: "values of parameters by name"
    case .expectation:
      RuleGrammar.expectedWords.map { "`\($0)`" }.joined(separator: ", ")
        + ", or \(KeyReference.link(RuleGrammar.expectation))"
    case .refusalCode: "[code of a reason](Rules.md#reasons)"
    }
  }
}
