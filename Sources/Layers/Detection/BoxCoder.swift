/// How a network's four numbers move a prior box (SSD fork, `code_type`).
///
///     CORNER       corner = prior corner + v·d
///     CORNER_SIZE  corner = prior corner + v·d·size
///     CENTER_SIZE  center = prior center + v·d·size, size = prior size · exp(v·d)
///
/// v is the prior's variance, or 1 when the network learned with it (`variance_encoded_in_target`).
struct BoxCoder {
  private enum Kind { case corner, centerSize, cornerSize }

  private let kind: Kind
  private let isVarianceInTarget: Bool

  /// Takes the word of `code_type`.
  init(kind: String, isVarianceInTarget: Bool) {
    self.kind = kind == "CENTER_SIZE" ? .centerSize : kind == "CORNER_SIZE" ? .cornerSize : .corner
    self.isVarianceInTarget = isVarianceInTarget
  }

  /// The box that offsets make of a prior.
  func decode<S: NetScalar>(_ offsets: Box<S>, prior: Box<S>, variance: Box<S>) -> Box<S> {
    var d = offsets
    if !isVarianceInTarget {
      d.xmin *= variance.xmin
      d.ymin *= variance.ymin
      d.xmax *= variance.xmax
      d.ymax *= variance.ymax
    }
    let (width, height) = (prior.xmax - prior.xmin, prior.ymax - prior.ymin)
    switch kind {
    case .corner:
      return Box(prior.xmin + d.xmin, prior.ymin + d.ymin, prior.xmax + d.xmax, prior.ymax + d.ymax)
    case .cornerSize:
      return Box(
        prior.xmin + d.xmin * width, prior.ymin + d.ymin * height, prior.xmax + d.xmax * width,
        prior.ymax + d.ymax * height)
    case .centerSize:
      let x = (prior.xmin + prior.xmax) / 2 + d.xmin * width
      let y = (prior.ymin + prior.ymax) / 2 + d.ymin * height
      let reachX = S.exp(d.xmax) * width / 2
      let reachY = S.exp(d.ymax) * height / 2
      return Box(x - reachX, y - reachY, x + reachX, y + reachY)
    }
  }
}
