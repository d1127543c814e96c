import CaffeIO

/// What the parameters of a linear layer say, blobs aside.
struct LinearParameters {
  /// The axis that the channels lie along.
  let axis: Int
  /// Number of output channels; nil when it is not given.
  let outputCount: Int?
  /// Number of groups.
  let group: Int
  /// Whether the layer has a bias blob.
  var hasBias: Bool
  /// Whether an inner product's weights are transposed.
  let isTransposed: Bool
  /// Whether the layer surrounds its input with zeros.
  let pads: Bool
  /// The parameter that says whether it has a bias.
  let biasPath: [String]

  /// Those of a layer.
  init(_ layer: LayerID, in net: WorkingNet) {
    let message = net.graph[layer].type == "InnerProduct" ? "inner_product_param" : "convolution_param"
    func attribute(_ name: String) -> AttributeValue? {
      net.writtenAttribute([message, name], of: layer) ?? net.defaultValue(of: name, in: message)
    }
    axis = attribute("axis")?.integer ?? 1
    outputCount = attribute("num_output")?.integer
    group = attribute("group")?.integer ?? 1
    biasPath = [message, "bias_term"]
    hasBias = attribute("bias_term")?.boolean ?? true
    isTransposed = attribute("transpose")?.boolean ?? false
    pads = ["pad", "pad_h", "pad_w"].contains { name in
      let path = ["convolution_param", name]
      switch net.writtenAttribute(path, of: layer) ?? net.defaultValue(of: name, in: path[0]) {
      case .number(let number): return number != 0
      case .list(let list): return list.contains { $0 != .number(0) }
      default: return false
      }
    }
  }
}
