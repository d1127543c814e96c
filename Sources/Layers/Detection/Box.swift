/// A rectangle by its corners, as fractions of the image; also four offsets or variances in that order.
struct Box<S: NetScalar>: Sendable {
  var xmin, ymin, xmax, ymax: S

  init(_ xmin: S, _ ymin: S, _ xmax: S, _ ymax: S) {
    (self.xmin, self.ymin, self.xmax, self.ymax) = (xmin, ymin, xmax, ymax)
  }

  /// Four values from `start` on.
  init(_ values: [S], at start: Int) {
    self.init(values[start], values[start + 1], values[start + 2], values[start + 3])
  }

  /// Width times height; 0 for a box that is turned inside out.
  var area: S { xmax < xmin || ymax < ymin ? 0 : (xmax - xmin) * (ymax - ymin) }

  /// The area that two boxes share, divided by the area that they cover together.
  func overlap(with other: Box) -> S {
    let width = min(xmax, other.xmax) - max(xmin, other.xmin)
    let height = min(ymax, other.ymax) - max(ymin, other.ymin)
    guard width > 0, height > 0 else { return 0 }
    let shared = width * height
    return shared / (area + other.area - shared)
  }
}
