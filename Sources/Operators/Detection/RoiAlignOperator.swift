/// The mean, or the largest, of samples between the pixels in each cell of a grid over a region.
struct RoiAlignOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "RoiAlign",
    "the mean or the largest of bilinear samples in each cell of a grid over each region (x1, y1, x2, y2)",
    inputs: [.required("X", .floats), .required("rois", .floats), .required("batch_indices", .integers)],
    attributes: [
      .string("mode", "avg", oneOf: ["avg", "max"]), .int("output_height", 1), .int("output_width", 1),
      .int("sampling_ratio", 0), .float("spatial_scale", 1),
      .string(
        "coordinate_transformation_mode", "half_pixel", oneOf: ["half_pixel", "output_half_pixel"],
        opsets: 16...OperatorSignature.opsets.upperBound),
    ])

  let isMean: Bool
  let height: Int
  let width: Int
  let samples: Int
  let scale: Float
  let isHalfPixel: Bool

  init(_ attributes: OperatorAttributes) throws(OperatorError) {
    isMean = attributes.string("mode") == "avg"
    height = attributes.int("output_height")
    width = attributes.int("output_width")
    samples = attributes.int("sampling_ratio")
    scale = attributes.float("spatial_scale")
    isHalfPixel =
      attributes.opset >= 16 && attributes.string("coordinate_transformation_mode") == "half_pixel"
    for (name, size) in [("output_height", height), ("output_width", width)]
    where size < 1 || size > OperatorLimits.size {
      throw OperatorError(.attribute(name, expected: "a size from 1", found: "\(size)"))
    }
    guard samples >= 0, samples <= Self.mostSamples else {
      throw OperatorError(
        .attribute("sampling_ratio", expected: "a number from 0 to \(Self.mostSamples)", found: "\(samples)"))
    }
  }

  /// The most samples of a cell along an axis.
  private static let mostSamples = 1 << 12

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let x = try inputs.tensor(0, "X", ranks: 4...4)
    let rois = try inputs.tensor(1, "rois", ranks: 2...2)
    guard rois.shape[1] == 4 else {
      throw OperatorError(.input("rois", expected: "four numbers for each region", found: rois.shape.asShape))
    }
    try inputs.require(2, "batch_indices", shape: [rois.shape[0]])
    let images = try IndexReading.places(inputs.tensor(2), size: x.shape[0])
    let (channels, planeHeight, planeWidth) = (x.shape[1], x.shape[2], x.shape[3])
    let shape = [rois.shape[0], channels, height, width]
    try OperatorLimits.check(shape)
    let (values, regions) = (inputs.floats(0), inputs.floats(1))
    var result: [S] = []
    result.reserveCapacity(shape.reduce(1, *))
    var work = 0
    for (region, image) in images.enumerated() {
      let corner = (0..<4).map { regions[region * 4 + $0] * S(scale) - (isHalfPixel ? 0.5 : 0) }
      let columns = try axis(corner[0], corner[2], count: width, size: planeWidth)
      let rows = try axis(corner[1], corner[3], count: height, size: planeHeight)
      let own = [channels, rows.reduce(0) { $0 + $1.count }, columns.reduce(0) { $0 + $1.count }]
      try OperatorLimits.check(multiplications: own)
      work += own.product
      try OperatorLimits.check(multiplications: [work])
      for channel in 0..<channels {
        let plane = (image * channels + channel) * planeHeight * planeWidth
        for row in rows {
          for column in columns { result.append(cell(values, plane, row, column, planeWidth)) }
        }
      }
    }
    return [OperatorTensor(shape: shape, values: .float(result))]
  }

  /// Two neighbouring pixels and their weights; nil for a sample outside of the picture.
  private typealias Sample<S> = (low: Int, high: Int, lowWeight: S, highWeight: S)

  /// For each cell along an axis its samples.
  private func axis<S: OperatorScalar>(
    _ start: S, _ end: S, count: Int, size: Int
  ) throws(OperatorError) -> [[Sample<S>?]] {
    let length = isHalfPixel ? end - start : max(end - start, 1)
    let cell = length / S(count)
    let needed = samples > 0 ? S(samples) : cell.rounded(.up)
    guard start.isFinite, length.isFinite, needed <= S(Self.mostSamples),
      needed * S(count) <= S(OperatorLimits.size)
    else {
      throw OperatorError(
        .input(
          "rois", expected: "regions of at most \(Self.mostSamples) samples in a cell", found: "\(needed)"))
    }
    let grid = Int(max(0, needed))
    return (0..<count).map { index in
      (0..<grid).map { step in
        let place = start + S(index) * cell + (S(step) + 0.5) * cell / S(grid)
        guard place >= -1, place <= S(size) else { return nil }
        let inside = max(place, 0)
        guard inside < S(size - 1) else { return (size - 1, size - 1, 1, 0) }
        let low = Int(inside)
        let weight = inside - S(low)
        return (low, low + 1, 1 - weight, weight)
      }
    }
  }

  private func cell<S: OperatorScalar>(
    _ values: [S], _ plane: Int, _ rows: [Sample<S>?], _ columns: [Sample<S>?], _ width: Int
  )
    -> S
  {
    guard !rows.isEmpty, !columns.isEmpty else { return 0 }
    var sum = 0.0
    var largest = -S.infinity
    for row in rows {
      for column in columns {
        guard let row, let column else {
          largest = max(largest, 0)
          continue
        }
        let (above, below) = (plane + row.low * width, plane + row.high * width)
        let corners = [
          row.lowWeight * column.lowWeight * values[above + column.low],
          row.lowWeight * column.highWeight * values[above + column.high],
          row.highWeight * column.lowWeight * values[below + column.low],
          row.highWeight * column.highWeight * values[below + column.high],
        ]
        for corner in corners {
          sum += Double(corner)
          largest = max(largest, corner)
        }
      }
    }
    return isMean ? S(sum / Double(rows.count * columns.count)) : largest
  }
}
