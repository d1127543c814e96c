import CaffeIO
import JSON
import OnnxIO

/// A model as JSON: floats by their bits, bytes in hexadecimal, elements of tensors by their digest.
enum ModelDocument {
  static func document(_ model: OnnxModel) throws -> JSONValue {
    [
      "irVersion": .integer(model.irVersion),
      "opsets": .array(model.opsets.map { [.string($0.domain), .integer($0.version)] }),
      "producer": [.string(model.producerName), .string(model.producerVersion)],
      "domain": .string(model.domain),
      "modelVersion": .integer(model.modelVersion),
      "docString": .string(model.docString),
      "metadata": entries(model.metadata),
      "unread": .array(model.unread.map { [.string($0.kind.rawValue), .string($0.name)] }),
      "graph": [
        "name": .string(model.graph.name),
        "docString": .string(model.graph.docString),
        "nodes": .array(try model.graph.nodes.map(node)),
        "initializers": .array(try model.graph.initializers.map(initializer)),
        "inputs": .array(model.graph.inputs.map(value)),
        "outputs": .array(model.graph.outputs.map(value)),
        "values": .array(model.graph.values.map(value)),
      ],
    ]
  }

  private static func entries(_ entries: [(String, String)]) -> JSONValue {
    .array(entries.map { [.string($0), .string($1)] })
  }

  private static func node(_ node: OnnxNode) throws -> JSONValue {
    [
      "name": .string(node.name), "type": .string(node.type), "domain": .string(node.domain),
      "inputs": .array(node.inputs.map(JSONValue.string)),
      "outputs": .array(node.outputs.map(JSONValue.string)),
      "attributes": .array(try node.attributes.map { [.string($0.name), try attribute($0.value)] }),
    ]
  }

  private static func attribute(_ value: OnnxAttribute) throws -> JSONValue {
    switch value {
    case .int(let value): ["int": .integer(Int(value))]
    case .float(let value): ["float": bits(value)]
    case .string(let bytes): ["string": .string(hexadecimal(bytes))]
    case .ints(let values): ["ints": .array(values.map { .integer(Int($0)) })]
    case .floats(let values): ["floats": .array(values.map(bits))]
    case .strings(let values): ["strings": .array(values.map { .string(hexadecimal($0)) })]
    case .tensor(let tensor): ["tensor": try initializer(OnnxInitializer(name: tensor.name, tensor))]
    case .unread(let type): ["unread": .integer(type)]
    }
  }

  private static func bits(_ value: Float) -> JSONValue { .integer(Int(value.bitPattern)) }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func initializer(_ initializer: OnnxInitializer) throws -> JSONValue {
    var content: JSONValue
    if let strings = initializer.source.strings {
      content = .array(strings.map { .string(hexadecimal($0)) })
    } else {
      var digest = SHA256()
      try initializer.source.write { digest.update($0) }
      content = .string(digest.finish())
    }
    return [
      "name": .string(initializer.name), "type": .integer(Int(initializer.elementType)),
      "shape": .array(initializer.shape.map(JSONValue.integer)), "content": content,
    ]
  }

  private static func value(_ value: OnnxValue) -> JSONValue {
    [
      "name": .string(value.name), "kind": .string("\(value.kind)"),
      "type": .integer(Int(value.elementType)),
      "shape": value.shape.map { shape in
        .array(
          shape.map { dimension in
            switch dimension {
            case .known(let size): .integer(size)
            case .symbol(let name): .string(name)
            case .unknown: .null
            }
          })
      } ?? .null,
    ]
  }
}
