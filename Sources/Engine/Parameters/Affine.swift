import CaffeIO
import RuleModel

/// y = scale·x + shift per channel: what BatchNorm at TEST, Scale, Bias and their relatives compute.
package struct Affine: Sendable {
  /// One factor per channel, or a single one; nil when no weights are at hand.
  package var scale: [Double]?
  /// One summand per channel, or a single one; nil when no weights are at hand or there is none.
  package var shift: [Double]?
  /// Whether the layer adds anything at all.
  package var hasShift: Bool
  /// The axis that the channels lie along, as written: negative counts from the end.
  package var axis = 1
  /// How many axes the factors span, as written: 0 is a single factor, −1 is up to the last axis.
  package var axisCount = 1

  /// The number of channels it is defined for; nil when a single number serves all, or nothing is known.
  package var channelCount: Int? {
    guard axisCount != 0 else { return nil }
    return scale?.count
  }

  /// Whether scale and shift hold one number per channel of a blob with `rank` axes.
  func isPerChannel(rank: Int) -> Bool {
    if axisCount == 0 { return true }
    let axis = axis < 0 ? axis + rank : axis
    let count = axisCount < 0 ? rank - axis : axisCount
    return axis == 1 && count == 1
  }
}

extension Affine {
  /// What the stored sums are multiplied by: 1/factor, 0 for a factor of 0, 1 where there is none.
  static func multiplier(of numbers: [BlobLayout.Role: [Double]]) -> Double {
    numbers[.factor].flatMap(\.first).map { $0 == 0 ? 0 : 1 / $0 } ?? 1
  }

  /// The affine function of a normalisation from its stored numbers, in Double.
  ///
  ///     f = factor == 0 ? 0 : 1/factor;  μ = f·mean;  σ² = f·variance
  ///     scale = γ/√(σ² + ε);  shift = β − μ·scale
  ///
  /// as BatchNormLayer::Forward computes it (BVLC batch_norm_layer.cpp).
  ///
  /// - Throws: a refusal for counts that disagree, for numbers that are not finite, and where σ² + ε leaves
  ///   nothing to divide by.
  init(
    numbers: [BlobLayout.Role: [Double]], epsilon: Double, layer: NamedLayer
  ) throws(Refusal.Reason) {
    let f = Self.multiplier(of: numbers)
    let channels = (numbers[.mean] ?? numbers[.variance] ?? numbers[.gamma] ?? numbers[.beta] ?? []).count
    for (role, values) in numbers where role != .factor && role != .ignored {
      // A single γ or β serves all channels.
      guard values.count == channels || (values.count == 1 && role != .mean && role != .variance) else {
        throw Refusal.Reason(
          ChannelCount(
            layer: layer, numbers: role.rawValue, found: values.count, into: layer, expected: channels))
      }
      if let channel = values.firstIndex(where: { !$0.isFinite }) {
        throw Refusal.Reason(NotFinite(layer: layer, numbers: role.rawValue, channel: channel))
      }
    }
    if let factor = numbers[.factor]?.first, !factor.isFinite {
      throw Refusal.Reason(NotFinite(layer: layer, numbers: "factor", channel: 0))
    }
    /// The numbers of a role for every channel, looked up once: a lookup takes longer than the arithmetic.
    func each(_ role: BlobLayout.Role, or fallback: Double) -> [Double] {
      guard let values = numbers[role], let first = values.first else {
        return Array(repeating: fallback, count: channels)
      }
      return values.count == channels ? values : Array(repeating: first, count: channels)
    }
    let normalises = numbers[.variance] != nil
    let (gammas, betas) = (each(.gamma, or: 1), each(.beta, or: 0))
    let (means, variances) = (each(.mean, or: 0), each(.variance, or: 0))
    var scale = [Double](repeating: 1, count: channels)
    var shift = [Double](repeating: 0, count: channels)
    for channel in 0..<channels {
      var s = gammas[channel]
      if normalises {
        let variance = f * variances[channel]
        // Rounding, and converters that subtract one ε and add another, leave variances below 0: Caffe's formula needs
        // no more than a positive sum.
        guard variance + epsilon > 0 else {
          throw Refusal.Reason(
            UnusableVariance(layer: layer, channel: channel, variance: variance, epsilon: epsilon))
        }
        s /= (variance + epsilon).squareRoot()
      }
      let t = betas[channel] - f * means[channel] * s
      guard s.isFinite, t.isFinite else {
        throw Refusal.Reason(NotFinite(layer: layer, numbers: "scale", channel: channel))
      }
      scale[channel] = s
      shift[channel] = t
    }
    self.scale = scale
    hasShift = numbers[.mean] != nil || numbers[.beta] != nil
    self.shift = hasShift ? shift : nil
  }
}
