/// For each image and class the boxes of the highest scores, without those that overlap one of them by more than a
/// threshold: rows of image, class and box, in the order of the scores; the lower box first among equals.
struct NonMaxSuppressionOperator: OperatorDescription {
  static let signature = OperatorSignature(
    "NonMaxSuppression",
    "the boxes of the highest scores that do not overlap each other: image, class and box",
    inputs: [
      .required("boxes", .floats), .required("scores", .floats),
      .optional("max_output_boxes_per_class", .integers),
      .optional("iou_threshold", .floats), .optional("score_threshold", .floats),
    ], outputs: ["selected_indices"], attributes: [.int("center_point_box", 0)])

  let isCentred: Bool

  init(_ attributes: OperatorAttributes) { isCentred = attributes.flag("center_point_box") }

  func run<S: OperatorScalar>(_ inputs: [OperatorTensor<S>?]) throws(OperatorError) -> [OperatorTensor<S>] {
    let boxes = try inputs.tensor(0, "boxes", ranks: 3...3)
    let scores = try inputs.tensor(1, "scores", ranks: 3...3)
    let (images, count, classes) = (boxes.shape[0], boxes.shape[1], scores.shape[1])
    guard boxes.shape[2] == 4 else {
      throw OperatorError(.input("boxes", expected: "four numbers for each box", found: boxes.shape.asShape))
    }
    guard scores.shape[0] == images, scores.shape[2] == count else {
      throw OperatorError(
        .input(
          "scores", expected: "scores for \(images) images of \(count) boxes", found: scores.shape.asShape))
    }
    let most = Int(try inputs.integer(2, "max_output_boxes_per_class") ?? 0)
    let overlap: S = try inputs.number(3, "iou_threshold") ?? 0
    guard overlap >= 0, overlap <= 1 else {
      throw OperatorError(.input("iou_threshold", expected: "a number from 0 to 1", found: "\(overlap)"))
    }
    let least: S? = try inputs.number(4, "score_threshold")
    var rows: [Int64] = []
    if most > 0 {
      let numbers = inputs.floats(1)
      let all = self.boxes(inputs.floats(0))
      var pairs = 0
      for image in 0..<images {
        for category in 0..<classes {
          let start = (image * classes + category) * count
          for box in try selected(
            all[image * count..<(image + 1) * count], numbers[start..<start + count], least, overlap, most,
            &pairs)
          {
            rows += [Int64(image), Int64(category), Int64(box)]
          }
        }
      }
    }
    let shape = [rows.count / 3, 3]
    try OperatorLimits.check(shape)
    return [OperatorTensor(shape: shape, values: .int64(rows))]
  }

  private struct Box<S: OperatorScalar> {
    let low: (x: S, y: S)
    let high: (x: S, y: S)
    var area: S { (high.x - low.x) * (high.y - low.y) }

    /// Whether the common part of two boxes is more than a share of what they cover together.
    func overlaps(_ other: Box<S>, more share: S) -> Bool {
      let width = min(high.x, other.high.x) - max(low.x, other.low.x)
      let height = min(high.y, other.high.y) - max(low.y, other.low.y)
      guard width > 0, height > 0 else { return false }
      let common = width * height
      let union = area + other.area - common
      return area > 0 && other.area > 0 && union > 0 && common / union > share
    }
  }

  /// Boxes written as two opposite corners, y before x, or as centre and size, x before y.
  private func boxes<S: OperatorScalar>(_ numbers: [S]) -> [Box<S>] {
    stride(from: 0, to: numbers.count, by: 4).map { start in
      let (a, b, c, d) = (numbers[start], numbers[start + 1], numbers[start + 2], numbers[start + 3])
      if isCentred {
        let (halfWidth, halfHeight) = (c / 2, d / 2)
        return Box(low: (a - halfWidth, b - halfHeight), high: (a + halfWidth, b + halfHeight))
      }
      return Box(low: (min(b, d), min(a, c)), high: (max(b, d), max(a, c)))
    }
  }

  private func selected<S: OperatorScalar>(
    _ boxes: ArraySlice<Box<S>>, _ scores: ArraySlice<S>, _ least: S?, _ overlap: S, _ most: Int,
    _ pairs: inout Int
  ) throws(OperatorError) -> [Int] {
    var candidates: [(box: Int, score: S)] = []
    for (box, score) in scores.enumerated() where least.map({ score > $0 }) ?? !score.isNaN {
      candidates.append((box, score))
    }
    candidates.sort { $0.score > $1.score || $0.score == $1.score && $0.box < $1.box }
    var kept: [Int] = []
    for candidate in candidates where kept.count < most {
      pairs += kept.count
      guard pairs <= OperatorLimits.pairs else { throw OperatorError(.boxPairs(limit: OperatorLimits.pairs)) }
      let box = boxes[boxes.startIndex + candidate.box]
      if !kept.contains(where: { boxes[boxes.startIndex + $0].overlaps(box, more: overlap) }) {
        kept.append(candidate.box)
      }
    }
    return kept
  }
}
