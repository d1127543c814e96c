import CaffeIO
import Engine
import OnnxIO

/// A layer that no operators say, as a node of a domain of its own: type, connections, blobs and parameters as Caffe has them.
///
/// The node's inputs are the layer's bottoms, then its blobs. Each parameter is an attribute, called as its path in the definition
/// (`vendor_clip_param.low`).
enum KeptLayer {
  /// The domain of such nodes.
  static let domain = "caffe"
  /// The version of the domain that a model names.
  static let version = 1

  /// The attributes of the node.
  static func attributes(of layer: LayerID, in net: WorkingNet) -> [OnnxNamedAttribute] {
    net.writtenParameters(of: layer).map { parameter in
      OnnxNamedAttribute(
        parameter.path.joined(separator: "."), value(of: parameter, net.schema.layerField(at: parameter.path))
      )
    }
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
