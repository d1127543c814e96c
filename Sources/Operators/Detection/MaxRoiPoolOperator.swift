/// The largest number in each cell of a grid over a region; 0 for a cell outside of the picture.
struct MaxRoiPoolOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "MaxRoiPool", "the largest number in each cell of a grid over each region (image, x1, y1, x2, y2)",
    inputs: [.required("X", .floats), .required("rois", .floats)],
    attributes: [.required("pooled_shape", .ints), .float("spatial_scale", 1)])

  let pooled: [Int]
  let scale: Float

  init(_ attributes: OperatorAttributes) throws(OperatorError) {
    pooled = attributes.ints("pooled_shape") ?? []
    scale = attributes.float("spatial_scale")
    guard pooled.count == 2, pooled.allSatisfy({ $0 >= 1 && $0 <= OperatorLimits.size }) else {
      throw OperatorError(.attribute("pooled_shape", expected: "two sizes from 1", found: "\(pooled)"))
    }
  }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let x = try inputs.tensor(0, "X", ranks: 4...4)
    let rois = try inputs.tensor(1, "rois", ranks: 2...2)
    guard rois.shape[1] == 5 else {
      throw OperatorError(.input("rois", expected: "five numbers for each region", found: rois.shape.asShape))
    }
    let (channels, height, width) = (x.shape[1], x.shape[2], x.shape[3])
    let shape = [rois.shape[0], channels] + pooled
    try OperatorLimits.check(shape)
    let (values, regions) = (inputs.floats(0), inputs.floats(1))
    var result: [S] = []
    result.reserveCapacity(shape.reduce(1, *))
    var work = 0
    for region in 0..<rois.shape[0] {
      let numbers = regions[region * 5..<region * 5 + 5].map { $0 }
      guard let image = Int(exactly: numbers[0].rounded(.towardZero)), image >= 0, image < x.shape[0] else {
        throw OperatorError(
          .input("rois", expected: "images from 0 to \(x.shape[0] - 1)", found: "\(numbers[0])"))
      }
      let corners = numbers.dropFirst().map { ($0 * S(scale)).rounded(.toNearestOrAwayFromZero) }
      guard corners.allSatisfy({ $0.magnitude <= S(OperatorLimits.count) }) else {
        throw OperatorError(
          .input("rois", expected: "corners near the picture", found: "\(numbers.dropFirst())"))
      }
      let columns = Self.cells(S.self, Int(corners[0]), Int(corners[2]), pooled[1], size: width)
      let rows = Self.cells(S.self, Int(corners[1]), Int(corners[3]), pooled[0], size: height)
      // Cells share rows and columns: there may be far more of them than the picture has.
      let own = [channels, rows.map(\.count).reduce(0, +), columns.map(\.count).reduce(0, +)]
        .saturatingProduct
      work = min(work, .max - own) + own
      try OperatorLimits.check(multiplications: [work])
      for channel in 0..<channels {
        let plane = (image * channels + channel) * height * width
        for row in rows {
          for column in columns {
            var largest = row.isEmpty || column.isEmpty ? S(0) : -.infinity
            for y in row { for x in column { largest = max(largest, values[plane + y * width + x]) } }
            result.append(largest)
          }
        }
      }
    }
    return [OperatorTensor(shape: shape, values: .float(result))]
  }

  /// The positions of each cell along an axis; both corners belong to the region.
  private static func cells<S: OperatorScalar>(
    _ scalar: S.Type, _ start: Int, _ end: Int, _ count: Int, size: Int
  ) -> [Range<Int>] {
    let cell = S(max(end - start + 1, 1)) / S(count)
    return (0..<count).map { index in
      let first = Int((S(index) * cell).rounded(.down)) + start
      let last = Int((S(index + 1) * cell).rounded(.up)) + start
      let low = min(size, max(0, first))
      return low..<max(low, min(size, max(0, last)))
    }
  }
}
