import CaffeIO
import Layers

/// What a layer's parameters say of its blobs.
struct BlobParameters {
  /// Whether it has a bias; nil for a type that never has one.
  var hasBias: Bool?
  /// Whether they fill a bias that it does not have.
  var hasIdleFiller = false
  /// How many `param` fields there are; nil for none.
  var specCount: Int?
}

/// Keeps a layer's parameters consistent with the blobs it has: what no rule should have to think of.
enum ParameterBookkeeping {
  /// What the parameters say of the blobs.
  private static func parameters(of layer: LayerID, in net: WorkingNet) -> BlobParameters {
    var parameters = BlobParameters()
    if let bias = LayerRegistry.facts(ofType: net.graph.layers[layer.index].type)?.bias {
      let hasBias = net.attribute(bias.path, of: layer)?.boolean ?? bias.fallback
      parameters.hasBias = hasBias
      parameters.hasIdleFiller =
        !hasBias && net.writtenAttribute([bias.path[0], "bias_filler"], of: layer) != nil
    }
    // V1's 'param' is a list of names, and V0 has none.
    if net.graph.definition(of: layer).map({ $0.generation == .v2 }) ?? true {
      parameters.specCount = net.writtenAttribute(["param"], of: layer)?.elements
    }
    return parameters
  }

  /// Lets `bias_term`, `bias_filler` and the `param` list follow the blobs of a layer that a rewrite has touched.
  static func update(_ layer: LayerID, in net: WorkingNet) throws(Refusal.Reason) {
    guard let change = net.graph.changes[layer] else { return }
    if let blobs = change.blobs, let bias = LayerRegistry.facts(ofType: net.graph[layer].type)?.bias,
      !blobs.isEmpty
    {
      guard blobs.count <= 2 else {
        throw Refusal.Reason(
          BlobCount(layer: net.graph.named(layer), found: blobs.count, expected: .oneOrTwo))
      }
      setBias(blobs.count == 2, bias, of: layer, in: net)
    }
    let parameters = parameters(of: layer, in: net)
    if parameters.hasIdleFiller, let bias = LayerRegistry.facts(ofType: net.graph[layer].type)?.bias {
      net.setAttribute([bias.path[0], "bias_filler"], to: [], of: layer)
    }
    var count = change.blobs?.count
    // Without weights the parameters tell.
    if net.weights == nil, let hasBias = parameters.hasBias { count = hasBias ? 2 : 1 }
    guard let count, let specs = parameters.specCount, specs > count else { return }
    trimSpecs(of: layer, to: count, in: net)
  }

  /// A blob was set in a run without weights.
  static func note(blob index: Int, of layer: LayerID, in net: WorkingNet) {
    guard index == 1, let bias = LayerRegistry.facts(ofType: net.graph[layer].type)?.bias else { return }
    setBias(true, bias, of: layer, in: net)
  }

  private static func setBias(
    _ hasBias: Bool, _ bias: BiasField, of layer: LayerID, in net: WorkingNet
  ) {
    guard (net.attribute(bias.path, of: layer)?.boolean ?? bias.fallback) != hasBias else { return }
    net.setAttribute(bias.path, to: .literal(hasBias ? "true" : "false"), of: layer)
  }

  /// Caffe refuses a layer that says more of its blobs than it has.
  private static func trimSpecs(of layer: LayerID, to count: Int, in net: WorkingNet) {
    let written: [NewTextField]
    if let fields = net.graph.changes[layer]?.replacement {
      written = fields.filter { $0.name == "param" }
    } else {
      guard let definition = net.graph.definition(of: layer), definition.generation == .v2 else { return }
      written = definition.field.message?.all("param").map(NewTextField.init(copying:)) ?? []
    }
    net.setAttribute(["param"], to: written.prefix(count).map(\.value), of: layer)
  }
}

extension AttributeValue {
  /// How many there are of a repeated field.
  fileprivate var elements: Int? {
    if case .list(let list) = self { return list.count }
    return nil
  }
}

extension NewTextField {
  /// A field as it is written elsewhere; a string that is not UTF-8 gets escapes.
  init(copying field: TextField) {
    let value: Value
    if let message = field.message {
      value = .message(message.fields.map(NewTextField.init(copying:)))
    } else if let string = field.nameValue, string.text == nil {
      value = .string(string)
    } else {
      value = .verbatim(field.literal)
    }
    self.init(name: field.name, value: value)
  }
}
