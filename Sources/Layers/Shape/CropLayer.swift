/// The first bottom cut to the size of the second from `axis` on, beginning at `offset`: none is 0, one is for all
/// axes, else one per axis.
struct CropLayer: LayerDescription {
  static let facts = LayerFacts(
    "Crop", bottoms: 2...2, parameters: [ParameterMessage("crop_param", reads: ["axis", "offset"])],
    sample: LayerSample(bottoms: 2...2, secondBottom: .smaller) { sketch in
      let spatial = sketch.spatialCount
      guard sketch.bottoms.count == 2, spatial > 0, sketch.bottoms[1].count == spatial + 2 else { return }
      // From axis 2, which is the default, or along the last axis alone.
      let isLastOnly = sketch.happens("axis", oneIn: 4)
      if isLastOnly { sketch.set("crop_param", "axis", [-1]) }
      let rooms = zip(sketch.bottoms[0], sketch.bottoms[1]).map { max(0, $0 - $1) }
        .dropFirst(isLastOnly ? spatial + 1 : 2)
      switch sketch.choose("offsets", below: 3) {
      case 0: break
      case 1: sketch.set("crop_param", "offset", [sketch.choose("offset", below: (rooms.min() ?? 0) + 1)])
      default:
        sketch.set(
          "crop_param", "offset",
          rooms.enumerated().map { sketch.choose("offset \($0.offset)", below: $0.element + 1) })
      }
    })

  private let layer: WrittenLayer
  private let axis: Int
  private let offsets: [Int]

  init(_ description: WrittenLayer) throws(LayerError) {
    layer = description
    try layer.require(bottoms: 2...2)
    axis = try layer.integer("crop_param", "axis", default: 2)
    offsets = try layer.integers("crop_param", "offset")
    for offset in offsets { try layer.require("crop_param.offset", offset, .notNegative, offset >= 0) }
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    let (input, reference) = (inputs[0], inputs[1])
    let starts = try starts(in: input)
    let first = try layer.axis(axis, "crop_param.axis", of: input)
    try layer.require(rank: input.count...input.count, of: reference, bottom: 1)
    for axis in first..<input.count {
      guard reference[axis] <= input[axis] else {
        throw layer.error(.windowTooLarge(window: Array(reference[first...]), input: Array(input[first...])))
      }
      try layer.require("crop_param.offset", starts[axis], from: 0, to: input[axis] - reference[axis])
    }
    return [Array(input[..<first] + reference[first...])]
  }

  /// Where the part begins, for every axis of the bottom.
  private func starts(in shape: [Int]) throws(LayerError) -> [Int] {
    let first = try layer.axis(axis, "crop_param.axis", of: shape)
    if offsets.count > 1 {
      try layer.require("crop_param.offset", offsets, count: shape.count - first)
    }
    return shape.indices.map { axis in
      if axis < first || offsets.isEmpty { return 0 }
      return offsets.count == 1 ? offsets[0] : offsets[axis - first]
    }
  }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] {
    // From axis 0 or 1 on the channels are cut as well; a negative axis may be either.
    [axis > 1 ? bottoms.first ?? nil : axis >= 0 && bottoms.count > 1 ? bottoms[1] : nil]
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let input = inputs[0]
    let shape = try outputShapes(inputs.map(\.shape))[0]
    let starts = try starts(in: input.shape)
    let strides = shape.indices.map { input.shape[($0 + 1)...].product }
    let row = shape[shape.count - 1]
    return [
      NetValue(shape: shape) { output in
        input.read { source in
          for index in 0..<shape.dropLast().product {
            var rest = index
            var from = starts[shape.count - 1]
            for axis in (0..<shape.count - 1).reversed() {
              from += (rest % shape[axis] + starts[axis]) * strides[axis]
              rest /= shape[axis]
            }
            (output + index * row).update(from: source + from, count: row)
          }
        }
      }
    ]
  }
}
