/// The detections of an SSD network: boxes decoded, filtered by confidence and overlap, the best ones kept.
///
/// Bottoms are offsets `[N, priors · classes or 1 · 4]`, confidences `[N, priors · classes]` and the priors
/// `[1, 2, priors · 4]` of PriorBox. The top is `[1, 1, detections, 7]`, each row image, label, confidence, xmin,
/// ymin, xmax, ymax; without any detection there is a row (image, −1, …) per image, as in the SSD fork.
/// Among equal confidences the lower label, then the earlier prior comes first.
struct DetectionOutputLayer: LayerDescription {
  static let facts = LayerFacts(
    "DetectionOutput", bottoms: 3...4,
    parameters: [
      ParameterMessage(
        "detection_output_param",
        reads: [
          "num_classes", "share_location", "background_label_id", "nms_param", "code_type", "keep_top_k",
          "variance_encoded_in_target", "confidence_threshold",
        ],
        ignores: ["save_output_param", "visualize", "visualize_threshold", "save_file"])
    ])

  private let layer: WrittenLayer
  private let classCount: Int
  private let background: Int
  private let sharesLocation: Bool
  private let keepCount: Int
  private let leastConfidence: Double
  private let coder: BoxCoder
  private let suppression: BoxSuppression
  private var locationCount: Int { sharesLocation ? 1 : classCount }

  init(_ description: WrittenLayer) throws(LayerError) {
    layer = description
    let message = "detection_output_param"
    try layer.require(bottoms: 3...Int.max)
    // A fourth is the image for the fork's own display; RefineDet and others mean something else by more.
    guard layer.bottomCount <= 4 else {
      throw layer.error(.unsupported(field: "bottom", found: "\(layer.bottomCount) blobs"))
    }
    try layer.requireWritten(message, "num_classes")
    classCount = try layer.integer(message, "num_classes", default: 0)
    try layer.require("\(message).num_classes", classCount, from: 1)
    background = try layer.integer(message, "background_label_id", default: 0)
    sharesLocation = try layer.boolean(message, "share_location", default: true)
    keepCount = try layer.integer(message, "keep_top_k", default: -1)
    try layer.require("\(message).keep_top_k", keepCount, from: -1)
    leastConfidence = try layer.number(message, "confidence_threshold", default: -.infinity)
    coder = BoxCoder(
      kind: try layer.word(
        message, "code_type", among: ["CORNER", "CENTER_SIZE", "CORNER_SIZE"], from: 1, default: "CORNER"),
      isVarianceInTarget: try layer.boolean(message, "variance_encoded_in_target", default: false))
    suppression = try BoxSuppression(layer)
  }

  func outputShapes(_ inputs: [[Int]]) throws(LayerError) -> [[Int]] {
    for (bottom, shape) in inputs.prefix(3).enumerated() {
      try layer.require(rank: 1...4, of: shape, bottom: bottom)
    }
    let (images, priors) = (inputs[0][0], inputs[2].legacy(2) / 4)
    // What is behind the first axis may be split over the others.
    for (bottom, count) in [(0, locationCount * 4), (1, classCount)] {
      let expected = [images, priors * count]
      try layer.require(
        [inputs[bottom][0], inputs[bottom].dropFirst().product], bottom: bottom, like: expected)
    }
    try layer.require(inputs[2], bottom: 2, like: [1, 2, priors * 4] + inputs[2].dropFirst(3).map { _ in 1 })
    let perClass = suppression.topCount.map { min($0, priors) } ?? priors
    let perImage = keepCount < 0 ? perClass * classCount : min(keepCount, perClass * classCount)
    return [[1, 1, images * max(1, perImage), 7]]
  }

  func channels(_ bottoms: [Int?], topCount: Int) -> [Int?] { [1] }

  func run<S: NetScalar>(
    _ inputs: inout [NetValue<S>], blobs: [NetValue<S>]
  ) throws(LayerError) -> [NetValue<S>] {
    _ = try outputShapes(inputs.map(\.shape))
    let images = inputs[0].shape[0]
    let priorCount = inputs[2].shape.legacy(2) / 4
    let priors = (0..<priorCount).map { Box(inputs[2].values, at: $0 * 4) }
    let variances = (0..<priorCount).map { Box(inputs[2].values, at: (priorCount + $0) * 4) }
    var rows: [S] = []
    var pairs = BoxSuppression.mostPairs
    // Without priors there may still be any number of classes to go through.
    for image in 0..<(priorCount > 0 ? images : 0) {
      var found: [(label: Int, prior: Int, confidence: S)] = []
      var boxes: [[Box<S>]] = []
      for location in 0..<locationCount {
        boxes.append(
          (0..<priorCount).map { prior in
            let at = ((image * priorCount + prior) * locationCount + location) * 4
            return coder.decode(
              Box(inputs[0].values, at: at), prior: priors[prior], variance: variances[prior])
          })
      }
      for label in 0..<classCount where label != background {
        let confidences = (0..<priorCount).map {
          inputs[1].values[(image * priorCount + $0) * classCount + label]
        }
        let kept = try suppression.kept(
          boxes[sharesLocation ? 0 : label], confidences: confidences, above: S(leastConfidence),
          pairs: &pairs)
        found += kept.map { (label, $0, confidences[$0]) }
      }
      if keepCount >= 0, found.count > keepCount {
        // The order found is by label; what is kept is listed so again.
        let best = found.indices.sorted { (found[$1].confidence, $0) < (found[$0].confidence, $1) }
        found = best.prefix(keepCount).sorted().map { found[$0] }
      }
      for detection in found {
        let box = boxes[sharesLocation ? 0 : detection.label][detection.prior]
        rows += [S(image), S(detection.label), detection.confidence, box.xmin, box.ymin, box.xmax, box.ymax]
      }
    }
    if rows.isEmpty { rows = (0..<images).flatMap { [S($0)] + [S](repeating: -1, count: 6) } }
    return [NetValue(shape: [1, 1, rows.count / 7, 7], values: rows)]
  }
}
