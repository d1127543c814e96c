/// The bottom cut along `axis`, or `slice_dim` of old nets, before each `slice_point`; without points into equal parts.
struct SliceLayer: LayerDescription {
  static let facts = LayerFacts(
    "Slice", tops: 1...Int.max,
    parameters: [ParameterMessage("slice_param", reads: ["axis", "slice_dim", "slice_point"])],
    sample: LayerSample(tops: 2...3) { $0.set("slice_param", "axis", oneOf: [nil, "1", "0", "-1"]) })

  private let layer: WrittenLayer
  private let field: String
  private let axis: Int
  private let points: [Int]

  init(_ description: WrittenLayer) throws(LayerError) {
    layer = description
    try layer.require(tops: 1...Int.max)
    (axis, field) = try layer.axis(in: "slice_param", orLegacy: "slice_dim")
    points = try layer.integers("slice_param", "slice_point")
    if !points.isEmpty {
      try layer.require("slice_param.slice_point", points, count: layer.topCount - 1)
    }
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    let input = inputs[0]
    let axis = try layer.axis(axis, field, of: input)
    return try lengths(of: input[axis]).map { length in
      var shape = input
      shape[axis] = length
      return shape
    }
  }

  /// How many of `length` each top gets.
  private func lengths(of length: Int) throws(LayerError) -> [Int] {
    guard !points.isEmpty else {
      guard length % layer.topCount == 0 else {
        throw layer.error(.unevenSlices(length: length, tops: layer.topCount))
      }
      return [Int](repeating: length / layer.topCount, count: layer.topCount)
    }
    var lengths: [Int] = []
    var previous = 0
    for point in points {
      try layer.require("slice_param.slice_point", point, from: previous + 1, to: length - 1)
      lengths.append(point - previous)
      previous = point
    }
    return lengths + [length - previous]
  }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] {
    let all = bottoms.first ?? nil
    guard axis == 1 else { return Array(repeating: axis < 0 ? nil : all, count: topCount) }
    guard let all, let lengths = try? lengths(of: all) else {
      return Array(repeating: nil, count: topCount)
    }
    return lengths
  }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let input = inputs[0]
    let shapes = try outputShapes([input.shape])
    let axis = try layer.axis(axis, field, of: input.shape)
    let row = input.shape[axis...].product
    var offset = 0
    return shapes.map { shape in
      let length = shape[axis...].product
      defer { offset += length }
      return NetValue(written: shape) { output in
        input.read { source in
          for outer in 0..<shape[..<axis].product {
            (output + outer * length).update(from: source + outer * row + offset, count: length)
          }
        }
      }
    }
  }
}
