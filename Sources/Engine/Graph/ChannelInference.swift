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
    for index in net.layers.indices where net.layers[index].isIncluded {
      infer(LayerID(index: index), in: net, schema)
    }
  }

  /// Works out anew how many channels the tops of a layer have, whose parameters or bottoms are others now.
  mutating func update(_ layer: LayerID, in net: NetGraph, schema: Schema) {
    while counts.count < net.values.count { counts.append(nil) }
    infer(layer, in: net, schema)
  }

  private mutating func infer(_ id: LayerID, in net: NetGraph, _ schema: Schema) {
    let layer = net[id]
    var malformed = self.malformed
    defer { self.malformed = malformed }
    func integer(_ parameters: String, _ name: String) -> Int? {
      do {
        let written = try net.writtenAttribute([parameters, name], of: id, schema: schema)
        return (written ?? schema.layerDefault(at: [parameters, name]))?.integer
      } catch {
        malformed = malformed ?? error
        return nil
      }
    }
    var count: Int?
    switch layer.type {
    case "InnerProduct":
      count =
        integer("inner_product_param", "axis") ?? 1 == 1
        ? integer("inner_product_param", "num_output") : nil
    case "Input":
      for (position, top) in layer.tops.enumerated() {
        guard let definition = net.definition(of: id) else { return }
        let shapes = definition.parameters.last("input_param")?.message?.all("shape") ?? []
        // One shape serves all tops.
        let shape =
          shapes.indices.contains(position) ? shapes[position] : shapes.count == 1 ? shapes[0] : nil
        let dimensions = shape?.message?.all("dim").map(\.integer) ?? []
        counts[top.index] = dimensions.count > 1 ? dimensions[1] : nil
      }
      return
    case "Concat":
      let axis = integer("concat_param", "axis") ?? 1
      let parts = layer.bottoms.map { counts[$0.index] }
      if axis == 1, !parts.contains(nil) { count = parts.reduce(0) { $0 + $1! } }
    case _ where layer.type.containsText("onvolution"):
      count =
        integer("convolution_param", "axis") ?? 1 == 1 ? integer("convolution_param", "num_output") : nil
    case _ where Self.preserving.contains(layer.type):
      count = layer.bottoms.first.flatMap { counts[$0.index] }
    default: break
    }
    for top in layer.tops { counts[top.index] = count }
  }
}
