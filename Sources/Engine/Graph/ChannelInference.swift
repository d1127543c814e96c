import CaffeIO

/// How many channels (axis 1) the values of a net have, as far as the definition tells.
///
/// One pass in file order. What a layer of an unknown type does to its channels is unknown; nothing is guessed.
struct ChannelInference {
  /// By value.
  private(set) var counts: [Int?]
  /// The first parameter found that has a value of the wrong kind.
  private(set) var malformed: NetError?

  /// Layers whose top has as many channels as their first bottom.
  private static let preserving: Set<String> = [
    "ReLU", "ReLU6", "PReLU", "ELU", "Sigmoid", "TanH", "AbsVal", "BNLL", "Power", "Exp", "Log", "Threshold",
    "Swish", "Clip", "Dropout", "BatchNorm", "BN", "CuDNNBatchNorm", "Scale", "Bias", "LRN", "Pooling",
    "Eltwise",
    "Split", "Interp", "Upsample", "Normalize", "Softmax", "MVN", "ShuffleChannel",
  ]

  /// Those of a value; nil where they are not known, as for one that a rewrite has made.
  func count(of value: ValueID) -> Int? {
    value.index < counts.count ? counts[value.index] : nil
  }

  init(_ net: NetGraph, schema: Schema) {
    counts = Array(repeating: nil, count: net.values.count)
    // Layers that a rewrite has made, beyond those of the definition, are looked at when something asks (`update`).
    for index in net.definition.layers.indices where net.layers[index].isIncluded {
      let layer = LayerID(index: index)
      apply(rule(of: layer, in: net, schema), to: layer, in: net)
    }
  }

  /// Works out anew how many channels the tops of a layer have, whose parameters or bottoms are others now.
  mutating func update(_ layer: LayerID, in net: NetGraph, schema: Schema) {
    while counts.count < net.values.count { counts.append(nil) }
    apply(rule(of: layer, in: net, schema), to: layer, in: net)
  }

  /// How many channels the tops of a layer have.
  private enum Rule {
    case unknown
    /// As many as the first bottom.
    case preserved
    /// So many.
    case fixed(Int?)
    /// As many as all bottoms together.
    case summed
    /// By top.
    case listed([Int?])
  }

  private mutating func apply(_ rule: Rule, to id: LayerID, in net: NetGraph) {
    let layer = net[id]
    var count: Int?
    switch rule {
    case .unknown: break
    case .preserved: count = layer.bottoms.first.flatMap { counts[$0.index] }
    case .fixed(let number): count = number
    case .summed:
      let parts = layer.bottoms.map { counts[$0.index] }
      if !parts.contains(nil) { count = parts.reduce(0) { $0 + $1! } }
    case .listed(let numbers):
      for (position, top) in layer.tops.enumerated() {
        // One shape serves all tops.
        counts[top.index] =
          numbers.indices.contains(position) ? numbers[position] : numbers.count == 1 ? numbers[0] : nil
      }
      return
    }
    for top in layer.tops { counts[top.index] = count }
  }

  private mutating func rule(of id: LayerID, in net: NetGraph, _ schema: Schema) -> Rule {
    func number(_ parameters: String, _ name: String) -> Int? {
      integer(parameters, name, of: id, in: net, schema)
    }
    switch net[id].type {
    case "InnerProduct":
      return number("inner_product_param", "axis") ?? 1 == 1
        ? .fixed(number("inner_product_param", "num_output")) : .unknown
    case "Input":
      // A new one says nothing that is known here.
      guard let definition = net.definition(of: id) else { return .unknown }
      let shapes = definition.parameters.last("input_param")?.message?.all("shape") ?? []
      return .listed(
        shapes.map { shape in
          let dimensions = shape.message?.all("dim").map(\.integer) ?? []
          return dimensions.count > 1 ? dimensions[1] : nil
        })
    case "Concat": return number("concat_param", "axis") ?? 1 == 1 ? .summed : .unknown
    case let type where type.containsText("onvolution"):
      return number("convolution_param", "axis") ?? 1 == 1
        ? .fixed(number("convolution_param", "num_output")) : .unknown
    case let type where Self.preserving.contains(type): return .preserved
    default: return .unknown
    }
  }

  private mutating func integer(
    _ parameters: String, _ name: String, of id: LayerID, in net: NetGraph, _ schema: Schema
  ) -> Int? {
    do {
      let written = try net.writtenAttribute([parameters, name], of: id, schema: schema)
      return (written ?? schema.layerDefault(at: [parameters, name]))?.integer
    } catch {
      malformed = malformed ?? error
      return nil
    }
  }
}
