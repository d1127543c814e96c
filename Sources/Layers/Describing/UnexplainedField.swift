import CaffeIO
import Diagnostics

/// A field of a layer that no description accounts for: it may change what the layer computes.
package struct UnexplainedField: Sendable, Equatable {
  /// The path of the field, with points.
  package let path: String
  /// Where the field is written.
  package let place: SourcePlace
}

extension LayerFacts {
  /// The fields of a layer of this type that may change what it computes, and that nothing explains.
  ///
  /// Explained are the fields that the description reads or ignores, fields that have the value of their default, whatever
  /// `schema` lists as harmless, and messages of other types, which Caffe does not look at. V0 layers keep the parameters of all
  /// types in one message and are not looked at.
  package func unexplainedFields(of layer: LayerDefinition, schema: Schema) -> [UnexplainedField] {
    guard layer.generation != .v0 else { return [] }
    var search = UnexplainedFieldSearch(schema: schema)
    let legacy = layer.generation == .v1 ? schema.message("V1LayerParameter") : nil
    for field in layer.parameters.fields where !Self.fieldsOfEveryLayer.contains(where: field.isNamed) {
      if let parameters = parameters.first(where: { field.isNamed($0.name) }) {
        if let message = field.message { search.look(into: message, parameters) }
        continue
      }
      let name = field.name
      if schema.field(at: [name]) == nil, legacy?.field(named: name) == nil { search.note(field, [name]) }
    }
    return search.found
  }

  /// The fields that nearly every layer has, which need not be looked up.
  private static let fieldsOfEveryLayer = ["name", "type", "bottom", "top", "param"]
}

private struct UnexplainedFieldSearch {
  let schema: Schema
  var found: [UnexplainedField] = []

  init(schema: Schema) { self.schema = schema }

  mutating func look(into message: TextMessage, _ parameters: ParameterMessage) {
    for field in message.fields {
      if parameters.ignores.contains(where: field.isNamed) { continue }
      guard parameters.reads.contains(where: field.isNamed) else {
        note(field, [parameters.name, field.name])
        continue
      }
      if let inner = field.message { look(into: inner, at: [parameters.name, field.name]) }
    }
  }

  /// Looks for fields that the schema does not have within a message that is read.
  private mutating func look(into message: TextMessage, at path: [String]) {
    for field in message.fields {
      let path = path + [field.name]
      if schema.field(at: path) == nil {
        note(field, path)
      } else if let inner = field.message {
        look(into: inner, at: path)
      }
    }
  }

  /// Notes a field unless it says what counts without it.
  mutating func note(_ field: TextField, _ path: [String]) {
    if schema.harmlessFields.contains(path.joined(separator: ".")) { return }
    if let known = schema.field(at: path), let fallback = AttributeValue(defaultOf: known), !known.isRepeated,
      let written = try? AttributeValue(field, as: known, words: schema), written == fallback
    {
      return
    }
    found.append(
      UnexplainedField(
        path: path.joined(separator: "."), place: field.source.place(at: field.nameOffset)))
  }
}
