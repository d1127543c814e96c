/// Larger planes, as two families of forks mean it.
///
/// With one bottom (YOLO forks) every element becomes a `scale` × `scale` square; `scale` is 1 by default. With two
/// (SegNet, ENet) elements go to the places that the second bottom, a pooling layer's mask, names, and the rest is
/// 0; the size is `upsample_h` × `upsample_w`, or `scale` (2 by default), or `scale_h` and `scale_w` times the bottom's, less one
/// row or column with `pad_out_h` or `pad_out_w`.
struct UpsampleLayer: LayerDescription {
  static let facts = LayerFacts(
    "Upsample", bottoms: 1...2,
    parameters: [
      ParameterMessage(
        "upsample_param",
        reads: ["scale", "scale_h", "scale_w", "pad_out_h", "pad_out_w", "upsample_h", "upsample_w"])
    ],
    sample: LayerSample { $0.set("upsample_param", "scale", oneOf: ["1", "2"]) })

  private let layer: WrittenLayer
  private let scale: (height: Int, width: Int)
  private let size: (height: Int, width: Int)?
  private let trim: (height: Int, width: Int)
  private var hasMask: Bool { layer.bottomCount == 2 }

  init(_ description: WrittenLayer) throws(LayerError) {
    layer = description
    try layer.require(bottoms: 1...2)
    let message = "upsample_param"
    let masked = layer.bottomCount == 2
    let both = try layer.integer(message, "scale", default: masked ? 2 : 1)
    var scale = (both, both)
    var trim = (0, 0)
    var size: (Int, Int)?
    if masked {
      if layer.has(message, "upsample_h"), layer.has(message, "upsample_w") {
        size = (
          try layer.integer(message, "upsample_h", default: 0),
          try layer.integer(message, "upsample_w", default: 0)
        )
        try layer.require("upsample_param.upsample_h", size!.0, from: 2)
        try layer.require("upsample_param.upsample_w", size!.1, from: 2)
      } else {
        if layer.has(message, "scale_h") || layer.has(message, "scale_w") {
          if layer.has(message, "scale") {
            throw layer.error(.bothGiven("upsample_param.scale", "upsample_param.scale_h"))
          }
          try layer.requireWritten(message, "scale_h")
          try layer.requireWritten(message, "scale_w")
          scale = (
            try layer.integer(message, "scale_h", default: 0),
            try layer.integer(message, "scale_w", default: 0)
          )
        }
        trim.0 = try layer.boolean(message, "pad_out_h", default: false) ? 1 : 0
        trim.1 = try layer.boolean(message, "pad_out_w", default: false) ? 1 : 0
      }
    }
    let least = masked ? 2 : 1
    let field = layer.has(message, "scale_h") ? "upsample_param.scale_h" : "upsample_param.scale"
    // A row or column less is only defined for twice the size.
    try layer.require(field, scale.0, from: least, to: trim.0 == 1 ? 2 : .max)
    try layer.require(field, scale.1, from: least, to: trim.1 == 1 ? 2 : .max)
    (self.scale, self.size, self.trim) = (scale, size, trim)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    try layer.require(rank: 4...4, of: inputs[0])
    if hasMask { try layer.require(inputs[1], bottom: 1, like: inputs[0]) }
    let input = inputs[0]
    let height = size?.height ?? input[2] * scale.height - trim.height
    let width = size?.width ?? input[3] * scale.width - trim.width
    return [try layer.bounded([input[0], input[1], height, width])]
  }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] { [bottoms.first ?? nil] }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let input = inputs[0]
    let shape = try outputShapes(inputs.map(\.shape))[0]
    let (plane, target) = (input.shape[2] * input.shape[3], shape[2] * shape[3])
    if hasMask {
      for place in inputs[1].values where !(place > -1 && place < S(target)) {
        throw layer.error(.maskPlace(found: Double(place), planeSize: target))
      }
    }
    return [
      NetValue(shape: shape) { output in
        input.read { source in
          for image in 0..<shape[0] * shape[1] {
            let (from, to) = (source + image * plane, output + image * target)
            if hasMask {
              inputs[1].read { mask in
                for i in 0..<plane { to[Int(mask[image * plane + i])] = from[i] }
              }
            } else {
              for y in 0..<shape[2] {
                let row = from + y / scale.height * input.shape[3]
                for x in 0..<shape[3] { to[y * shape[3] + x] = row[x / scale.width] }
              }
            }
          }
        }
      }
    ]
  }
}
