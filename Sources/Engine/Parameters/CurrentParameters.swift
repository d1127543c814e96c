import CaffeIO
import Layers

/// A layer's parameters as they stand: as the definition writes them, and what rewrites have changed since.
///
/// It holds nothing of the rest of the net, so that whoever keeps it does not keep a copy of the net.
struct CurrentParameters: Sendable {
  let definition: LayerDefinition?
  let change: LayerChange?

  /// The value of a parameter if the definition or a rewrite gives it.
  ///
  /// - Throws: `NetError` for a value that is not of the kind the parameter has.
  func attribute(_ path: [String], schema: Schema) throws(NetError) -> AttributeValue? {
    if let change {
      if let fields = change.replacement { return AttributeValue.find(path, in: fields, schema: schema) }
      if let attribute = change.attributes.first(where: { $0.path == path }), !attribute.values.isEmpty {
        return AttributeValue(attribute.values, at: path, schema: schema)
      }
    }
    guard let definition else { return nil }
    // No key paths: every parameter of every layer comes by here.
    if let cleared = change?.attributes.filter({ $0.values.isEmpty }).map({ $0.path }), !cleared.isEmpty {
      if cleared.contains(where: { path.starts(with: $0) }) { return nil }
      // What is left of a message when parts of it are gone: perhaps nothing.
      if cleared.contains(where: { $0.starts(with: path) }), definition.isEmpty(path, without: cleared) {
        return nil
      }
    }
    return try definition.writtenAttribute(path, schema: schema)
  }

  /// For each occurrence of the message at a path, the values of one of its fields.
  func occurrences(of path: [String], field: String) -> [[AttributeValue]] {
    guard let fields = change?.replacement else {
      return definition?.occurrences(of: path, field: field) ?? []
    }
    var messages = [fields]
    for name in path {
      messages = messages.flatMap { fields in
        fields.filter { $0.name == name }.compactMap { field in
          if case .message(let inner) = field.value { inner } else { nil }
        }
      }
    }
    return messages.map { $0.filter { $0.name == field }.map { AttributeValue($0.value) } }
  }

  /// Fields that nobody understands; those of a layer that a rule has written are the rule's to know.
  func unexplainedFields(of facts: LayerFacts, schema: Schema) -> [UnexplainedField] {
    guard change?.replacement == nil, let definition else { return [] }
    let found = facts.unexplainedFields(of: definition, schema: schema)
    if found.isEmpty { return [] }
    let cleared = (change?.attributes ?? []).filter(\.values.isEmpty).map { $0.path.joined(separator: ".") }
    return found.filter { field in
      !cleared.contains { field.path == $0 || field.path.hasPrefix($0 + ".") }
    }
  }

  /// Which fields of some messages are certainly not there; most of those that a layer may have are not.
  func absence(in messages: [ParameterMessage]) -> AbsentFields {
    guard change?.replacement == nil, let definition, definition.generation != .v0 else {
      return AbsentFields(present: [])
    }
    let fields = definition.parameters.fields
    return AbsentFields(
      present: messages.map { message in
        var names: [String] = []
        for field in fields where field.isNamed(message.name) {
          names += field.message?.fields.map(\.name) ?? []
        }
        for attribute in change?.attributes ?? [] where attribute.path.first == message.name {
          names += attribute.path.dropFirst().prefix(1)
        }
        return (message.name, names)
      })
  }
}

/// The fields that some messages of a layer have; of what is not among them it is certain that it is not there.
struct AbsentFields: Sendable {
  fileprivate let present: [(message: String, fields: [String])]

  /// Whether there is certainly nothing at a path.
  func isCertain(of path: [String]) -> Bool {
    guard path.count > 1, let message = present.first(where: { $0.message == path[0] }) else { return false }
    return !message.fields.contains(path[1])
  }
}
