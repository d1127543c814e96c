import CaffeIO
import Diagnostics
import Engine
import Layers
import OnnxIO

/// A layer as one node: type, connections, blobs and parameters as Caffe has them.
///
/// The node's inputs are the layer's bottoms, then its blobs. Its parameters are attributes.
package enum KeptLayer: Sendable {
  /// No operators say what it computes: a node of a domain of its own, each attribute called as the path of the parameter in the
  /// definition (`vendor_clip_param.low`).
  case unknown
  /// The runtime has the layer: a node of the standard domain, each attribute called as the parameter, defaults among them, words of
  /// enumerations as numbers.
  case native

  /// The domain of nodes that no runtime has.
  static let domain = "caffe"
  /// The version of the domain that a model names.
  static let version = 1

  /// The domain of the node.
  var domain: String { self == .unknown ? Self.domain : "" }

  /// The attributes of the node.
  func attributes(of layer: LayerID, in net: WorkingNet) -> [OnnxNamedAttribute] {
    var parameters = net.writtenParameters(of: layer)
    guard self == .native else {
      return parameters.map { attribute(named: $0.path.joined(separator: "."), $0, net.schema) }
    }
    for message in LayerRegistry.facts(ofType: net.graph[layer].type)?.parameters ?? [] {
      for field in message.reads
      where !parameters.contains(where: { $0.path.starts(with: [message.name, field]) }) {
        let path = [message.name, field]
        guard let value = net.attribute(path, of: layer), value != .message else { continue }
        parameters.append(WrittenParameter(path: path, values: [value]))
      }
    }
    return parameters.map { attribute(named: $0.path.last ?? "", $0, net.schema) }
  }

  private func attribute(
    named name: String, _ parameter: WrittenParameter, _ schema: Schema
  ) -> OnnxNamedAttribute {
    let field = schema.layerField(at: parameter.path)
    // OpenCV 5 takes the word of an enumeration for its first one; it knows the numbers.
    if self == .native, case .enum(let words)? = field?.type, case .string(let word)? = parameter.values.last,
      let number = word.text.flatMap({ schema.enumeration(words)?.number(of: $0) })
    {
      return OnnxNamedAttribute(name, .int(Int64(number)))
    }
    return OnnxNamedAttribute(name, Self.value(of: parameter, field))
  }

  /// A list where the schema says so, or where several values are written.
  private static func value(of parameter: WrittenParameter, _ field: SchemaField?) -> OnnxAttribute {
    let isList = field?.isRepeated ?? false || parameter.values.count > 1
    let numbers = parameter.values.compactMap(\.asNumber)
    guard numbers.count == parameter.values.count else {
      let texts = parameter.values.map { Array($0.asText.bytes) }
      return isList ? .strings(texts) : .string(texts[0])
    }
    let isFractional: Bool =
      switch field?.type {
      case .float, .double: true
      case nil: numbers.contains { Int64(exactly: $0) == nil }
      default: false
      }
    if isFractional || numbers.contains(where: { Int64(exactly: $0) == nil }) {
      let floats = numbers.map { Float($0) }
      return isList ? .floats(floats) : .float(floats[0])
    }
    let integers = numbers.map { Int64($0) }
    return isList ? .ints(integers) : .int(integers[0])
  }
}

extension AttributeValue {
  /// The number that it is; truth values are 1 and 0.
  fileprivate var asNumber: Double? {
    switch self {
    case .number(let number): number
    case .boolean(let truth): truth ? 1 : 0
    case .string, .list, .message: nil
    }
  }

  /// The value as text.
  fileprivate var asText: Name {
    switch self {
    case .number(let number): Name(Int(exactly: number).map { "\($0)" } ?? "\(number)")
    case .boolean(let truth): Name("\(truth)")
    case .string(let text): text
    case .list, .message: Name("")
    }
  }
}
