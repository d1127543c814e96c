/// Planes of another size by bilinear interpolation whose corners stay in place (DeepLab, PSPNet, ICNet).
///
/// The size is, the first that is given: the second bottom's; that of one factor, n ↦ (n − 1) / shrink + 1 or
/// n ↦ n + (n − 1)(zoom − 1); `height` and `width`; that of `shrink_factor` and then `zoom_factor`. `pad_beg` and
/// `pad_end`, never positive, cut the bottom first.
struct InterpLayer: LayerDescription {
  static let facts = LayerFacts(
    "Interp", bottoms: 1...2,
    parameters: [
      ParameterMessage(
        "interp_param",
        reads: [
          "height", "width", "zoom_factor", "shrink_factor", "pad_beg", "pad_end", "interp_type",
        ])
    ],
    sample: LayerSample { $0.set("interp_param", "zoom_factor", oneOf: ["1", "2"]) })

  private enum Size {
    case factors(shrink: Int, zoom: Int)
    case fixed(height: Int, width: Int)
    case reference
  }

  private let layer: WrittenLayer
  private let size: Size
  private let cutBefore, cutAfter: Int
  private let isNearest: Bool

  init(_ description: WrittenLayer) throws(LayerError) {
    layer = description
    try layer.require(bottoms: 1...2)
    let message = "interp_param"
    let kind = try layer.word(
      message, "interp_type", among: ["bilinear", "nearest_neighbor"], default: "bilinear")
    isNearest = kind == "nearest_neighbor"
    let shrink = try layer.integer(message, "shrink_factor", default: 1)
    let zoom = try layer.integer(message, "zoom_factor", default: 1)
    try layer.require("interp_param.shrink_factor", shrink, from: 1)
    try layer.require("interp_param.zoom_factor", zoom, from: 1)
    let factors = (layer.has(message, "shrink_factor"), layer.has(message, "zoom_factor"))
    if layer.bottomCount == 2 {
      size = .reference
    } else if factors.0 != factors.1 {
      size = .factors(shrink: shrink, zoom: zoom)
    } else if layer.has(message, "height"), layer.has(message, "width") {
      let height = try layer.integer(message, "height", default: 0)
      let width = try layer.integer(message, "width", default: 0)
      try layer.require("interp_param.height", height, from: 1)
      try layer.require("interp_param.width", width, from: 1)
      size = .fixed(height: height, width: width)
    } else if factors == (true, true) {
      size = .factors(shrink: shrink, zoom: zoom)
    } else {
      throw layer.error(.missingParameter(field: "interp_param.height"))
    }
    cutBefore = -(try layer.integer(message, "pad_beg", default: 0))
    cutAfter = -(try layer.integer(message, "pad_end", default: 0))
    try layer.require("interp_param.pad_beg", -cutBefore, .notPositive, cutBefore >= 0)
    try layer.require("interp_param.pad_end", -cutAfter, .notPositive, cutAfter >= 0)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    for (bottom, shape) in inputs.enumerated() { try layer.require(rank: 0...4, of: shape, bottom: bottom) }
    let lengths = (2..<4).map { inputs[0].legacy($0) - cutBefore - cutAfter }
    let shortest = min(inputs[0].legacy(2), inputs[0].legacy(3)) - 1
    try layer.require("interp_param.pad_beg", -cutBefore, from: -shortest, to: 0)
    try layer.require("interp_param.pad_end", -cutAfter, from: cutBefore - shortest, to: 0)
    let plane: [Int]
    switch size {
    case .fixed(let height, let width): plane = [height, width]
    case .reference: plane = [inputs[1].legacy(2), inputs[1].legacy(3)]
    case .factors(let shrink, let zoom):
      plane = lengths.map { length in
        let shrunk = (length - 1) / shrink + 1
        return shrunk + (shrunk - 1) * (zoom - 1)
      }
    }
    return [try layer.bounded([inputs[0].legacy(0), inputs[0].legacy(1)] + plane)]
  }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] { [bottoms.first ?? nil] }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let input = inputs[0]
    let shape = try outputShapes(inputs.map(\.shape))[0]
    let (height, width) = (input.shape.legacy(2), input.shape.legacy(3))
    let rows = samples(from: height - cutBefore - cutAfter, to: shape[2])
    let columns = samples(from: width - cutBefore - cutAfter, to: shape[3])
    return [
      NetValue(shape: shape) { output in
        input.read { source in
          for image in 0..<shape[0] * shape[1] {
            let from = source + image * height * width
            let to = output + image * shape[2] * shape[3]
            for (y, row) in rows.enumerated() {
              let upper = from + (cutBefore + row.place) * width + cutBefore
              let lower = from + (cutBefore + row.next) * width + cutBefore
              let (low, high) = (S(row.weight), 1 - S(row.weight))
              for (x, column) in columns.enumerated() {
                let (right, left) = (S(column.weight), 1 - S(column.weight))
                to[y * shape[3] + x] =
                  high * (left * upper[column.place] + right * upper[column.next])
                  + low * (left * lower[column.place] + right * lower[column.next])
              }
            }
          }
        }
      }
    ]
  }

  /// Where each of `count` elements comes from: `weight` of the next element, the rest of the one at `place`.
  ///
  /// Positions are in Float whatever the arithmetic, as Caffe has them.
  private func samples(from length: Int, to count: Int) -> [(place: Int, next: Int, weight: Float)] {
    let ratio = count > 1 ? Float(length - 1) / Float(count - 1) : 0
    return (0..<count).map { index in
      // Grids of one size are copied, so no rounding of the ratio can show.
      if length == count { return (index, index, 0) }
      let position = ratio * Float(index)
      let place = min(Int(position), length - 1)
      let weight = position - Float(place)
      let next = min(place + 1, length - 1)
      if isNearest {
        let nearest = weight < 0.5 ? place : next
        return (nearest, nearest, 0)
      }
      return (place, next, weight)
    }
  }
}
