/// Non-maximum suppression of one class's boxes: a box goes when it overlaps a more confident one that stays.
struct BoxSuppression {
  /// How many of the most confident boxes are looked at; nil for all.
  let topCount: Int?
  /// The most pairs of boxes that a layer compares, about a minute. SSD nets of 25,000 priors compare a hundredth of it.
  static let mostPairs = 1 << 34

  private let subject: LayerSubject
  private let threshold: Double
  private let eta: Double

  /// Reads `nms_param` of a DetectionOutput layer.
  init(_ layer: WrittenLayer) throws(LayerError) {
    subject = layer.subject
    let (outer, inner) = ("detection_output_param", "nms_param")
    let field = "\(outer).\(inner)"
    threshold = try layer.number(outer, inner, "nms_threshold", default: 0.3)
    guard threshold >= 0 else {
      throw layer.error(
        .parameter(field: "\(field).nms_threshold", found: "\(Float(threshold))", expected: .atLeastZero))
    }
    eta = try layer.number(outer, inner, "eta", default: 1)
    guard eta > 0, eta <= 1 else {
      throw layer.error(.parameter(field: "\(field).eta", found: "\(Float(eta))", expected: .fraction))
    }
    let top = try layer.integer(outer, inner, "top_k", default: -1)
    topCount = top < 0 ? nil : top
  }

  /// The places of the boxes that stay, most confident first, among equals the first first.
  ///
  /// - Parameter pairs: how many pairs may yet be compared; those that were are taken off.
  /// - Throws: `LayerError` where they are not enough.
  func kept<S: NetScalar>(
    _ boxes: [Box<S>], confidences: [S], above least: S, pairs: inout Int
  ) throws(LayerError) -> [Int] {
    var candidates = confidences.indices.filter { confidences[$0] > least }
    candidates.sort { (confidences[$1], $0) < (confidences[$0], $1) }
    var kept: [Int] = []
    var threshold = S(threshold)
    for place in candidates.prefix(topCount ?? .max) {
      pairs -= kept.count
      guard pairs >= 0 else { throw LayerError(subject, .boxPairs(limit: Self.mostPairs)) }
      guard kept.allSatisfy({ boxes[place].overlap(with: boxes[$0]) <= threshold }) else { continue }
      kept.append(place)
      if eta < 1, threshold > 0.5 { threshold *= S(eta) }
    }
    return kept
  }
}
