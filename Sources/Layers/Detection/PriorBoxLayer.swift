import Glibc
import Tensors

/// The default boxes of an SSD detector for each position of a feature map (bottom 0) of an image (bottom 1).
///
/// The top is `[1, 2, height · width · boxes · 4]`: corners as fractions of the image, then their variances. For
/// each `min_size` s there is a square of s, one of √(s · max_size) and, for each other aspect ratio r, a box of
/// s·√r by s/√r. Sizes are cut to whole numbers and corners rounded to Float as the SSD fork does.
///
/// A `PriorBoxClustered`, of OpenVINO's training fork, lists the sizes instead, as `width` and `height`; they are taken as they are.
///
/// FaceBoxes' forks have `fixed_size` in the place of `min_size`: of each size s and ratio, `density`² boxes, whose centres
/// divide a square of s around that of the position evenly; no corner lies outside of the image.
struct PriorBoxLayer: LayerDescription {
  static let facts = LayerFacts(
    "PriorBox", "PriorBoxClustered", bottoms: 2...2,
    parameters: [
      ParameterMessage(
        "prior_box_param",
        reads: [
          "min_size", "max_size", "aspect_ratio", "flip", "clip", "variance", "img_size", "img_h", "img_w",
          "step", "step_h", "step_w", "offset", "width", "height", "fixed_size", "fixed_ratio", "density",
        ])
    ])

  /// One of the boxes of each position, in pixels of the image.
  private struct Box {
    var width: Float
    var height: Float
    /// Where its centre lies beside that of the position, and that its corners end with the image; nil for one around
    /// the position.
    var place: DensePlace?
  }

  /// The centre of one of several boxes of the same size.
  private struct DensePlace {
    /// From the centre of the position to the first edge of the square that the boxes divide.
    var edge: Float
    /// From there to the centre of the box.
    var x: Double
    var y: Double

    /// The centre along one axis, rounded as the forks round it.
    func centre(_ position: Double, _ shift: Double) -> Double {
      Double(Float(Double(Float(position) - edge) + shift))
    }
  }

  private let layer: WrittenLayer
  private let boxes: [Box]
  private let clips: Bool
  private let variances: [Double]
  private let image: (height: Int, width: Int)?
  private let step: (height: Float, width: Float)?
  private let offset: Float

  init(_ description: WrittenLayer) throws(LayerError) {
    layer = description
    try layer.require(bottoms: 2...2)
    boxes =
      layer.subject.type == "PriorBoxClustered"
      ? try Self.listedBoxes(layer)
      : layer.has("prior_box_param", "fixed_size") ? try Self.denseBoxes(layer) : try Self.boxes(layer)
    clips = try layer.boolean("prior_box_param", "clip", default: false)
    let variances = try layer.positives("variance")
    if variances.count > 1 { try layer.require("prior_box_param.variance", variances, count: 4) }
    self.variances = variances.isEmpty ? [(0.1).inSinglePrecision] : variances
    image = try layer.imageSize()
    step = try layer.stepSize()
    offset = Float(try layer.number("prior_box_param", "offset", default: 0.5))
  }

  /// The sizes that a layer lists, a width for each height.
  private static func listedBoxes(_ layer: WrittenLayer) throws(LayerError) -> [Box] {
    for field in ["width", "height"] { try layer.requireWritten("prior_box_param", field) }
    let (widths, heights) = (try layer.positives("width"), try layer.positives("height"))
    try layer.require("prior_box_param.height", heights, count: widths.count)
    return zip(widths, heights).map { Box(width: Float($0), height: Float($1)) }
  }

  /// The boxes that `density` multiplies. The forks count other boxes than they write where there are ratios of both kinds,
  /// several `fixed_ratio`, or `min_size` beside; such layers are refused.
  private static func denseBoxes(_ layer: WrittenLayer) throws(LayerError) -> [Box] {
    for field in ["min_size", "max_size"] where layer.has("prior_box_param", field) {
      throw layer.error(.bothGiven("prior_box_param.fixed_size", "prior_box_param.\(field)"))
    }
    let sizes = try layer.positives("fixed_size")
    let densities = try layer.positives("density")
    try layer.require("prior_box_param.density", densities, count: sizes.count)
    for density in densities where density != density.rounded() || density > 1000 {
      throw layer.error(
        .parameter(
          field: "prior_box_param.density", found: "\(Float(density))", expected: .between(1, 1000)))
    }
    let fixed = try layer.positives("fixed_ratio").map { Float($0) }
    if !fixed.isEmpty {
      try layer.require("prior_box_param.fixed_ratio", fixed, count: 1)
      if layer.has("prior_box_param", "aspect_ratio") {
        throw layer.error(.bothGiven("prior_box_param.fixed_ratio", "prior_box_param.aspect_ratio"))
      }
    }
    let ratios = fixed.isEmpty ? try aspectRatios(layer) : fixed
    var boxes: [Box] = []
    for (size, density) in zip(sizes.map({ Float($0) }), densities.map({ Int($0) })) {
      let side = size.rounded(.towardZero)
      let step = Double((size / Float(density)).rounded(.towardZero))
      _ = try layer.bounded([boxes.count + ratios.count * density * density, 8])
      for ratio in ratios {
        // The square of the first ratio has the size cut to a whole number.
        let isSquare = fixed.isEmpty && abs(Double(ratio) - 1) < 1e-6
        let width = isSquare ? side : size * ratio.squareRoot()
        let height = isSquare ? side : size / ratio.squareRoot()
        for row in 0..<density {
          for column in 0..<density {
            let place = DensePlace(
              edge: (side / 2).rounded(.towardZero), x: step / 2 + Double(column) * step,
              y: step / 2 + Double(row) * step)
            boxes.append(Box(width: width, height: height, place: place))
          }
        }
      }
    }
    return boxes
  }

  /// The ratios of width to height: 1, those of the layer, and what they are when turned, where the layer says so.
  private static func aspectRatios(_ layer: WrittenLayer) throws(LayerError) -> [Float] {
    let flips = try layer.boolean("prior_box_param", "flip", default: true)
    var ratios: [Float] = [1]
    for ratio in try layer.positives("aspect_ratio").map({ Float($0) })
    where !ratios.contains(where: { abs(Double($0 - ratio)) < 1e-6 }) {
      ratios += flips ? [ratio, 1 / ratio] : [ratio]
    }
    return ratios
  }

  /// The sizes of the boxes at one position, in the order of the top.
  private static func boxes(_ layer: WrittenLayer) throws(LayerError) -> [Box] {
    for field in ["density", "fixed_ratio"] where layer.has("prior_box_param", field) {
      try layer.requireWritten("prior_box_param", "fixed_size")
    }
    try layer.requireWritten("prior_box_param", "min_size")
    let smallest = try layer.positives("min_size")
    let largest = try layer.positives("max_size")
    if !largest.isEmpty { try layer.require("prior_box_param.max_size", largest, count: smallest.count) }
    let ratios = try aspectRatios(layer)
    var boxes: [Box] = []
    for (index, size) in smallest.enumerated() {
      let side = Float(size).rounded(.towardZero)
      boxes.append(Box(width: side, height: side))
      if !largest.isEmpty {
        guard largest[index] > size else {
          throw layer.error(
            .parameter(
              field: "prior_box_param.max_size", found: "\(Float(largest[index]))", expected: .above(size)))
        }
        let mean = (side * Float(largest[index]).rounded(.towardZero)).squareRoot()
        boxes.append(Box(width: mean, height: mean))
      }
      for ratio in ratios where abs(Double(ratio) - 1) >= 1e-6 {
        boxes.append(Box(width: side * ratio.squareRoot(), height: side / ratio.squareRoot()))
      }
    }
    return boxes
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    for (bottom, shape) in inputs.enumerated() { try layer.require(rank: 0...4, of: shape, bottom: bottom) }
    // The limit on each factor keeps the product from overflowing.
    _ = try layer.bounded([inputs[0].legacy(2), inputs[0].legacy(3), boxes.count * 4, 2])
    return [[1, 2, inputs[0].legacy(2) * inputs[0].legacy(3) * boxes.count * 4]]
  }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] { [2] }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    let shape = try outputShapes(inputs.map(\.shape))[0]
    let (height, width) = (inputs[0].shape.legacy(2), inputs[0].shape.legacy(3))
    let image = image ?? (inputs[1].shape.legacy(2), inputs[1].shape.legacy(3))
    let step = step ?? (Float(image.height) / Float(height), Float(image.width) / Float(width))
    var values: [S] = []
    values.reserveCapacity(shape.product)
    for y in 0..<height {
      let centerY = Double((Float(y) + offset) * step.height)
      for x in 0..<width {
        let centerX = Double((Float(x) + offset) * step.width)
        for box in boxes {
          let (reachX, reachY) = (Double(box.width) / 2, Double(box.height) / 2)
          let x = box.place.map { $0.centre(centerX, $0.x) } ?? centerX
          let y = box.place.map { $0.centre(centerY, $0.y) } ?? centerY
          var corners = [
            (x - reachX) / Double(image.width), (y - reachY) / Double(image.height),
            (x + reachX) / Double(image.width), (y + reachY) / Double(image.height),
          ]
          if box.place != nil {
            for index in 0..<2 { corners[index] = max(corners[index], 0) }
            for index in 2..<4 { corners[index] = min(corners[index], 1) }
          }
          values += corners.map { S($0) }
        }
      }
    }
    if clips { for index in values.indices { values[index] = min(max(values[index], 0), 1) } }
    for index in 0..<shape[2] { values.append(S(variances[variances.count == 1 ? 0 : index % 4])) }
    return [NetValue(shape: shape, values: values)]
  }
}

extension WrittenLayer {
  /// A repeated number of `prior_box_param`, all above 0.
  fileprivate func positives(_ field: String) throws(LayerError) -> [Double] {
    let numbers = try numbers("prior_box_param", field)
    for number in numbers where !(number > 0) {
      throw error(
        .parameter(field: "prior_box_param.\(field)", found: "\(Float(number))", expected: .positiveNumber))
    }
    return numbers
  }

  /// Whether a size of `prior_box_param` is written as one number, false, or as two; nil when it is not written.
  fileprivate func isPair(
    _ both: String, _ height: String, _ width: String
  ) throws(LayerError) -> Bool? {
    let message = "prior_box_param"
    guard has(message, height) || has(message, width) else { return has(message, both) ? false : nil }
    guard !has(message, both) else { throw error(.bothGiven("\(message).\(both)", "\(message).\(height)")) }
    try requireWritten(message, height)
    try requireWritten(message, width)
    return true
  }

  /// The image's size, when it is written.
  fileprivate func imageSize() throws(LayerError) -> (height: Int, width: Int)? {
    guard let isPair = try isPair("img_size", "img_h", "img_w") else { return nil }
    let height = try integer("prior_box_param", isPair ? "img_h" : "img_size", default: 0)
    let width = try integer("prior_box_param", isPair ? "img_w" : "img_size", default: 0)
    try require("prior_box_param.\(isPair ? "img_h" : "img_size")", height, from: 1)
    try require("prior_box_param.\(isPair ? "img_w" : "img_size")", width, from: 1)
    return (height, width)
  }

  /// The distance between two positions, when it is written.
  fileprivate func stepSize() throws(LayerError) -> (height: Float, width: Float)? {
    guard let isPair = try isPair("step", "step_h", "step_w") else { return nil }
    guard let height = try positives(isPair ? "step_h" : "step").last,
      let width = try positives(isPair ? "step_w" : "step").last
    else { return nil }
    return (Float(height), Float(width))
  }
}
