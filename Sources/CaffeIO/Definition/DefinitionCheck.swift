import Diagnostics

/// Holds a net definition against a schema, as protobuf's text parser would, but for the fields and words of forks.
///
/// A field that no schema has is an error only where it is a misspelling: forks add fields, and what those mean for a
/// fold is the business of the layers' descriptions.
struct DefinitionCheck {
  private let definition: NetDefinition
  private let schema: Schema
  private var problems: [DefinitionProblem] = []
  /// The names of a message's fields, gathered when the first unknown field is met.
  private var fieldNames: [String: [String]] = [:]
  /// The layer that is being checked.
  private var current: Name?
  /// The types that are noted already: once for all layers that have one.
  private var misspeltTypes: Set<String> = []

  init(_ definition: NetDefinition, schema: Schema) {
    self.definition = definition
    self.schema = schema
  }

  /// All problems, in the order of the text.
  mutating func run() -> [DefinitionProblem] {
    let source = definition.document.source
    if source.bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      problems.append(DefinitionProblem(reason: .byteOrderMark, place: source.place(at: 0)))
    }
    var index = 0
    var seen: [Seen] = []
    let net = schema.message("NetParameter")
    for field in definition.document.root.fields {
      if field.isNamed("layer") || field.isNamed("layers") {
        current = definition.layers[index].name
        check(definition.layers[index])
        current = nil
        index += 1
      } else {
        check(field, of: net, owner: "a net", layer: nil, &seen)
      }
    }
    return problems
  }

  // MARK: Layers

  private mutating func check(_ layer: LayerDefinition) {
    guard let outer = layer.field.message else { return }
    let name: String
    switch layer.generation {
    case .v2: name = schema.layerMessage
    case .v1, .v0: name = "V1LayerParameter"
    }
    check(outer, of: schema.message(name), owner: "a '\(layer.field.name)'", layer: layer)
    if layer.generation == .v2 { checkType(of: layer) }
  }

  /// A type that is no built-in one may be anybody's own; one that is written almost like a known one is not.
  private mutating func checkType(of layer: LayerDefinition) {
    guard let field = layer.parameters.last("type"), field.string != nil,
      let meant = LayerTypeNames.intended(layer.type), misspeltTypes.insert(layer.type).inserted
    else { return }
    note(.misspeltType(layer.type, layer: layer.name, meant: meant), at: field.valueOffset)
  }

  // MARK: Messages

  /// A field that has occurred, for messages that may have it once.
  private struct Seen {
    let name: Range<Int>
    let offset: Int
  }

  private mutating func check(
    _ message: TextMessage, of type: SchemaMessage?, owner: String, layer: LayerDefinition?
  ) {
    var seen: [Seen] = []
    for field in message.fields { check(field, of: type, owner: owner, layer: layer, &seen) }
  }

  private mutating func check(
    _ field: TextField, of type: SchemaMessage?, owner: String, layer: LayerDefinition?, _ seen: inout [Seen]
  ) {
    // A type that only an imported file declares has no known fields.
    guard let type, !type.fields.isEmpty else { return }
    let name = field.name
    guard let known = type.field(named: name) else {
      return checkUnknown(field, name, of: type, owner: owner, layer: layer)
    }
    if !known.isRepeated {
      let bytes = definition.document.source.bytes
      if let first = seen.first(where: { bytes[$0.name].elementsEqual(bytes[field.nameRange]) }) {
        let line = definition.document.source.place(at: first.offset).line
        return note(.repeatedField(name, of: owner, firstLine: line), at: field.nameOffset)
      }
      seen.append(Seen(name: field.nameRange, offset: field.nameOffset))
    }
    checkValue(field, name, as: known, layer: layer)
  }

  private mutating func checkUnknown(
    _ field: TextField, _ name: String, of type: SchemaMessage, owner: String, layer: LayerDefinition?
  ) {
    // An extension's name is the fork's own, and so is a field that is called like the layer's type.
    guard !name.hasPrefix("[") else { return }
    if type.name == schema.layerMessage, let remedy = Self.oldFields[name] {
      return note(.fieldOfOtherSyntax(name, of: owner, remedy: remedy), at: field.nameOffset)
    }
    let names = fieldNames[type.name] ?? type.fields.map(\.name)
    fieldNames[type.name] = names
    guard let meant = Misspelling.intended(name, among: names) else { return }
    if let layer, name.hasSuffix("_param"), Misspelling.plain(meant) != Misspelling.plain(name),
      Misspelling.plain(name) == Misspelling.plain(layer.type) + "param"
    {
      return
    }
    note(.misspeltField(name, of: owner, meant: meant), at: field.nameOffset)
  }

  /// What `layers` has and `layer` says otherwise.
  private static let oldFields = [
    "blobs_lr": "the old syntax 'layers' has; write 'param { lr_mult: … }'",
    "weight_decay": "the old syntax 'layers' has; write 'param { decay_mult: … }'",
  ]

  // MARK: Values

  private mutating func checkValue(
    _ field: TextField, _ name: String, as known: SchemaField, layer: LayerDefinition?
  ) {
    func wrong(_ expected: String) -> DefinitionProblem.Reason {
      .wrongValue(expected: expected, field: name, found: field.kindPhrase)
    }
    switch known.type {
    case .message(let type):
      guard let message = field.message else {
        return note(wrong("a message '{ … }'"), at: field.valueOffset)
      }
      check(message, of: schema.message(type), owner: "'\(name)'", layer: layer)
    case .bool:
      if field.bool == nil { note(wrong("true or false"), at: field.valueOffset) }
    case .string, .bytes:
      guard field.bytes == nil else { return }
      if name == "type", layer != nil, let word = field.identifier {
        let meant = LegacyLayerTypes.name(v1Name: word) ?? LayerTypeNames.intended(word)
        return note(.bareType(word, meant: meant ?? word), at: field.valueOffset)
      }
      note(wrong("a string"), at: field.valueOffset)
    case .enum(let type): checkWord(field, name, of: type)
    case .float, .double:
      if field.number == nil { note(wrong("a number"), at: field.valueOffset) }
    default:
      guard let range = known.type.integers else { return }
      guard let number = field.integer else { return note(wrong("a whole number"), at: field.valueOffset) }
      if !range.contains(number) {
        note(
          wrong("a whole number from \(range.lowerBound) to \(range.upperBound)"), at: field.valueOffset)
      }
    }
  }

  private mutating func checkWord(_ field: TextField, _ name: String, of type: String) {
    if name == "type", field.bytes != nil { return note(.quotedType(field.literal), at: field.valueOffset) }
    guard let word = field.identifier else {
      if field.integer == nil {
        note(
          .wrongValue(expected: "a word", field: name, found: field.kindPhrase), at: field.valueOffset)
      }
      return
    }
    guard let values = schema.enumeration(type)?.values.map(\.name), !values.contains(word) else { return }
    if type == "V1LayerParameter.LayerType", LayerTypeNames.oldWordsOfForks.contains(word) { return }
    guard let meant = Misspelling.intended(word, among: values) else { return }
    note(.misspeltWord(word, field: name, meant: meant), at: field.valueOffset)
  }

  private mutating func note(_ reason: DefinitionProblem.Reason, at offset: Int) {
    problems.append(
      DefinitionProblem(reason: reason, place: definition.document.source.place(at: offset), layer: current))
  }
}
