/// The bottom cut along `axis`, or `slice_dim` of old nets, before each `slice_point`; without points into equal parts.
struct SliceLayer: LayerDescription {
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
    let length = input[axis]
    var lengths: [Int] = []
    if points.isEmpty {
      guard length % layer.topCount == 0 else {
        throw layer.error(.unevenSlices(length: length, tops: layer.topCount))
      }
      lengths = [Int](repeating: length / layer.topCount, count: layer.topCount)
    } else {
      var previous = 0
      for point in points {
        try layer.require("slice_param.slice_point", point, from: previous + 1, to: length - 1)
        lengths.append(point - previous)
        previous = point
      }
      lengths.append(length - previous)
    }
    return lengths.map { length in
      var shape = input
      shape[axis] = length
      return shape
    }
  }

  func run<S: NetScalar>(
    _ inputs: [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let input = inputs[0]
    let shapes = try outputShapes([input.shape])
    let axis = try layer.axis(axis, field, of: input.shape)
    let row = input.shape[axis...].product
    var offset = 0
    return shapes.map { shape in
      let length = shape[axis...].product
      defer { offset += length }
      return NetValue(shape: shape) { output in
        input.read { source in
          for outer in 0..<shape[..<axis].product {
            (output + outer * length).update(from: source + outer * row + offset, count: length)
          }
        }
      }
    }
  }
}
