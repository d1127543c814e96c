/// Channels of `group` groups dealt out in turn (ShuffleNet): the transposition of a `group` × (channels / group) table.
struct ShuffleChannelLayer: LayerDescription {
  static let facts = LayerFacts(
    "ShuffleChannel", parameters: [ParameterMessage("shuffle_channel_param", reads: ["group"])],
    keepsShape: true, worksInPlace: false,
    sample: LayerSample { sketch in
      sketch.set("shuffle_channel_param", "group", [sketch.divisor("group", of: sketch.channels)])
    })

  private let layer: WrittenLayer
  private let groups: Int

  init(_ description: WrittenLayer) throws(LayerError) {
    layer = description
    try layer.require()
    groups = try layer.integer("shuffle_channel_param", "group", default: 1)
    try layer.require("shuffle_channel_param.group", groups, from: 1)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    try layer.require(rank: 2...Int.max, of: inputs[0])
    try layer.require(
      "shuffle_channel_param.group", groups, .divisor(of: inputs[0][1]), inputs[0][1] % groups == 0)
    return [inputs[0]]
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let input = inputs[0]
    let shape = try outputShapes([input.shape])[0]
    let plane = shape[2...].product
    let members = shape[1] / groups
    return [
      NetValue(shape: shape) { output in
        input.read { source in
          for n in 0..<shape[0] {
            for channel in 0..<shape[1] {
              let (group, member) = (channel / members, channel % members)
              let from = source + (n * shape[1] + channel) * plane
              (output + (n * shape[1] + member * groups + group) * plane).update(from: from, count: plane)
            }
          }
        }
      }
    ]
  }
}
