import CaffeIO
import Diagnostics

/// A parameter that a layer has, with the values of all its occurrences.
package struct WrittenParameter: Sendable, Equatable {
  /// Where it is written, such as `["pooling_param", "kernel_size"]`.
  package var path: [String]
  /// Its values, in order; no messages among them.
  package var values: [AttributeValue]

  package init(path: [String], values: [AttributeValue]) {
    self.path = path
    self.values = values
  }
}

extension WorkingNet {
  /// The parameters of a layer as they stand, in the order in which they were first written: all but its name, type and
  /// connections, what says in which phases it is there, and what only training reads.
  package func writtenParameters(of layer: LayerID) -> [WrittenParameter] {
    let current = graph.parameters(of: layer)
    var parameters = CollectedParameters(schema: schema)
    if let fields = current.change?.replacement {
      parameters.add(fields, at: [])
      return parameters.found
    }
    if let definition = current.definition {
      parameters.add(definition.parameters, at: [], leavingOut: LayerDefinition.connections)
    }
    for attribute in current.change?.attributes ?? [] { parameters.change(attribute) }
    return parameters.found
  }
}

/// Parameters by path, in the order in which they are met.
private struct CollectedParameters {
  let schema: Schema
  private(set) var found: [WrittenParameter] = []
  private var places: [[String]: Int] = [:]

  mutating func add(_ message: TextMessage, at path: [String], leavingOut names: Set<String> = []) {
    for field in message.fields where !names.contains(field.name) {
      let path = path + [field.name]
      if let inner = field.message {
        add(inner, at: path, leavingOut: LayerDefinition.fillers)
      } else {
        let value = try? AttributeValue(field, as: schema.layerField(at: path), words: schema)
        add(value ?? .string(Name(field.literal)), at: path)
      }
    }
  }

  mutating func add(_ fields: [NewTextField], at path: [String]) {
    for field in fields {
      let path = path + [field.name]
      if case .message(let inner) = field.value {
        add(inner, at: path)
      } else {
        add(AttributeValue(field.value), at: path)
      }
    }
  }

  mutating func change(_ attribute: LayerChange.Attribute) {
    guard !attribute.values.isEmpty else {
      for place in found.indices where found[place].path.starts(with: attribute.path) {
        found[place].values = []
      }
      found.removeAll(where: \.values.isEmpty)
      places = Dictionary(uniqueKeysWithValues: found.enumerated().map { ($1.path, $0) })
      return
    }
    if let place = places[attribute.path] { found[place].values = [] }
    add(
      attribute.values.map { NewTextField(name: attribute.path.last ?? "", value: $0) },
      at: attribute.path.dropLast())
  }

  init(schema: Schema) { self.schema = schema }

  private mutating func add(_ value: AttributeValue, at path: [String]) {
    if let place = places[path] {
      found[place].values.append(value)
    } else {
      places[path] = found.count
      found.append(WrittenParameter(path: path, values: [value]))
    }
  }
}
