/// Axes `axis` to `end_axis` as one: `[2, 3, 4, 5]` becomes `[2, 60]`.
struct FlattenLayer: LayerDescription {
  static let facts = LayerFacts(
    "Flatten", parameters: [ParameterMessage("flatten_param", reads: ["axis", "end_axis"])],
    sample: LayerSample { $0.set("flatten_param", "axis", oneOf: [nil, "1", "2"]) })

  private let layer: WrittenLayer
  private let first, last: Int

  init(_ description: WrittenLayer) throws(LayerError) {
    layer = description
    try layer.require()
    first = try layer.integer("flatten_param", "axis", default: 1)
    last = try layer.integer("flatten_param", "end_axis", default: -1)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    let input = inputs[0]
    let start = try layer.axis(first, "flatten_param.axis", of: input)
    let end = try layer.axis(last, "flatten_param.end_axis", of: input)
    // One axis too few is an empty range, which Caffe turns into a new axis of length 1.
    try layer.require("flatten_param.end_axis", end, from: start - 1, to: input.count - 1)
    return [Array(input[..<start] + [input[start..<end + 1].product] + input[(end + 1)...])]
  }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] { [first > 1 ? bottoms.first ?? nil : nil] }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    [NetValue(shape: try outputShapes([inputs[0].shape])[0], values: inputs[0].values)]
  }
}
