/// What the parameter blobs of a BatchNorm mean; forks disagree.
enum BatchNormDialect: Sendable, Equatable {
  /// BVLC: [Σmean, Σvariance, factor].
  case statistics
  /// Forks after NVCaffe 0.15: [γ, β, mean, variance, ignored].
  case scaleFirst
  /// NVCaffe from 0.16 with `scale_bias`: [mean, variance, ignored, γ, β], ε at least 1e-5.
  case scaleLast
  /// NVCaffe 0.17 with `scale_bias: false`: [Σmean, Σvariance, factor], ε at least 1e-5.
  case statisticsWithLeastEpsilon
  /// Intel: [Σmean, Σvariance, factor, γ] and β where there is one.
  case statisticsAndScale(hasShift: Bool)
  /// No blobs: the bottom's own statistics only.
  case none

  /// Tells the dialect from the number of values in each blob.
  ///
  /// - Throws: an unsupported-layer error where several fit, as they do for a single channel; the number of
  ///   blobs where none does.
  init(_ description: WrittenLayer, usesStored: Bool) throws(LayerError) {
    let hasScale = try description.boolean("batch_norm_param", "scale_bias", default: false)
    let counts = description.blobShapes.map(\.saturatingProduct)
    switch counts.count {
    case 0 where !usesStored: self = .none
    case 4: self = .statisticsAndScale(hasShift: false)
    case 5:
      let isScaleFirst = counts[4] == 1 && counts[2] == counts[0]
      let isScaleLast = counts[2] == 1 && counts[4] == counts[0]
      guard isScaleFirst != isScaleLast else { throw description.error(.ambiguousBlobs(counts: counts)) }
      if isScaleFirst {
        self = .scaleFirst
      } else if hasScale {
        self = .scaleLast
      } else {
        self = .statisticsAndScale(hasShift: true)
      }
    default:
      try description.require(blobs: hasScale ? 5...5 : 3...3)
      self = description.has("batch_norm_param", "scale_bias") ? .statisticsWithLeastEpsilon : .statistics
    }
  }

  /// Tells the dialect from the parameters alone. Only the forks with γ and β in the layer have a filler for γ; those from
  /// NVCaffe 0.16 on say `scale_bias`.
  init(writtenAs description: WrittenLayer) throws(LayerError) {
    if description.has("batch_norm_param", "scale_bias") {
      let hasScale = try description.boolean("batch_norm_param", "scale_bias", default: false)
      self = hasScale ? .scaleLast : .statisticsWithLeastEpsilon
    } else {
      self = description.has("batch_norm_param", "scale_filler") ? .scaleFirst : .statistics
    }
  }

  /// The blobs for a bottom of this many channels.
  func blobs(channels: Int) -> [BlobDescription] {
    let statistics: [BlobRole] = [.shift, .variance, .divisor]
    let roles: [BlobRole] =
      switch self {
      case .statistics, .statisticsWithLeastEpsilon, .none: statistics
      case .scaleFirst: [.factor, .shift, .shift, .variance, .divisor]
      case .scaleLast, .statisticsAndScale(hasShift: true): statistics + [.factor, .shift]
      case .statisticsAndScale(hasShift: false): statistics + [.factor]
      }
    return roles.map { BlobDescription(shape: [$0 == .divisor ? 1 : channels], role: $0) }
  }

  /// Where mean, variance, the factor they are divided by, γ and β stand.
  private var places: (mean: Int, variance: Int, factor: Int?, scale: Int?, shift: Int?) {
    switch self {
    case .statistics, .statisticsWithLeastEpsilon, .none: (0, 1, 2, nil, nil)
    case .scaleFirst: (2, 3, nil, 0, 1)
    case .scaleLast: (0, 1, nil, 3, 4)
    case .statisticsAndScale(let hasShift): (0, 1, 2, 3, hasShift ? 4 : nil)
    }
  }

  /// Throws unless the blobs suit a bottom of this many channels.
  func check(_ shapes: [[Int]], channels: Int, _ subject: LayerSubject) throws(LayerError) {
    guard self != .none else { return }
    let single = self == .scaleFirst ? 4 : 2
    for index in shapes.indices {
      try Blobs.check(shapes, index, count: index == single ? 1 : channels, subject)
    }
  }

  /// The smallest ε the fork allows.
  var leastEpsilon: Double { self == .scaleLast || self == .statisticsWithLeastEpsilon ? 1e-5 : 0 }

  /// The stored mean and variance.
  func statistics<S: NetScalar>(_ blobs: [NetValue<S>]) -> (mean: [S], variance: [S]) {
    let places = places
    let (mean, variance) = (blobs[places.mean].values, blobs[places.variance].values)
    guard let place = places.factor else { return (mean, variance) }
    // A factor of 0 stands for an untrained layer: mean and variance are 0.
    let factor = blobs[place].values[0] == 0 ? 0 : 1 / blobs[place].values[0]
    return (mean.map { $0 * factor }, variance.map { $0 * factor })
  }

  /// γ and β; nil where the dialect has none.
  func affine<S: NetScalar>(_ blobs: [NetValue<S>]) -> (scale: [S]?, shift: [S]?) {
    let places = places
    return (places.scale.map { blobs[$0].values }, places.shift.map { blobs[$0].values })
  }
}
