import CaffeIO
import Engine
import Forward

/// Random values for what a site gets from outside: several images at once, as small as the layers allow.
///
/// Where a layer of many weights reads a value directly, each image has numbers in a part of the channels only, and
/// all images together in every one. Each weight is then multiplied with a random number about once, and still each
/// output channel is seen several times.
struct SiteSamples {
  /// How many images.
  static let images = 8
  /// Layers with fewer weights get numbers everywhere.
  private static let manyWeights = 1 << 16
  /// The least channels of a part.
  private static let smallestPart = 32

  /// The shape of each input.
  private(set) var shapes: [[Int]] = []
  /// For each input, the number of channels after which parts repeat; nil for numbers everywhere.
  private var periods: [Int?] = []

  /// Chooses shapes.
  ///
  /// - Throws: `ForwardError` where no shape up to a hundred numbers wide suits all layers.
  init(_ site: RewriteSite, _ before: SiteSide, _ after: SiteSide) throws(ForwardError) {
    var wishes = [Wish](repeating: Wish(), count: site.inputs.count)
    try Self.collect(&wishes, before, site.inputs.before)
    try Self.collect(&wishes, after, site.inputs.after)
    // A value whose channels nobody tells is mostly added to one whose channels are known.
    let channels = wishes.lazy.compactMap { $0.channels }.first
    periods = wishes.map { $0.period }
    var obstacle: ForwardError?
    for growth in [0, 1, 2, 4, 8, 16, 32, 96] {
      shapes = wishes.map { $0.shape(images: Self.images, orChannels: channels ?? 4, growth: growth) }
      do {
        _ = try before.shapes(site.inputs.before.mapValues { shapes[$0] })
        _ = try after.shapes(site.inputs.after.mapValues { shapes[$0] })
        return
      } catch {
        obstacle = obstacle ?? error
        guard error.isAboutSize else { throw error }
      }
    }
    throw obstacle!
  }

  /// The values of all inputs.
  func values(seed: UInt64) -> [NetValue<Double>] {
    var numbers = RandomNumbers(seed: seed)
    return shapes.indices.map { index in
      let shape = shapes[index]
      var value = NetValue<Double>(shape: shape)
      let channels = shape.count > 1 ? shape[1] : 1
      let plane = shape.dropFirst(2).product
      for image in 0..<(shape.first ?? 1) {
        for channel in 0..<channels where isUsed(channel, image, periods[index]) {
          let start = (image * channels + channel) * plane
          for place in start..<start + plane { value.values[place] = 2 * numbers.uniform() - 1 }
        }
      }
      return value
    }
  }

  private func isUsed(_ channel: Int, _ image: Int, _ period: Int?) -> Bool {
    guard let period else { return true }
    let parts = min(Self.images, period / Self.smallestPart)
    guard parts > 1 else { return true }
    return channel % period * parts / period == image % parts
  }

  // MARK: What layers want

  /// What the layers that read an input say of its shape.
  private struct Wish {
    var channels: Int?
    /// Spatial sizes; the largest of what several want.
    var sizes: [Int]?
    /// All numbers of an image, where an inner product reads it.
    var count: Int?
    var period: Int?
    /// Read by a layer with a single number: for one channel, or for all of them.
    var isSingle = false

    func shape(images: Int, orChannels fallback: Int, growth: Int) -> [Int] {
      if let count {
        guard let channels, channels < count, count % channels == 0 else { return [images, count] }
        return [images, channels, count / channels, 1]
      }
      return [images, channels ?? (isSingle ? 1 : fallback)] + (sizes ?? [3, 3]).map { $0 + growth }
    }
  }

  /// Follows the inputs through layers that keep shapes up to those that have a wish.
  private static func collect(
    _ wishes: inout [Wish], _ side: SiteSide, _ inputs: [ValueID: Int]
  ) throws(ForwardError) {
    var sources = inputs
    for step in side.steps {
      guard let bottom = step.bottoms.first, let input = sources[bottom] else { continue }
      let isDirect = inputs[bottom] != nil
      if let layer = step.layer as? any WeightStreaming {
        let wanted = try layer.smallestInput()
        if step.subject.type == "InnerProduct" {
          wishes[input].count = wanted.channels
        } else {
          wishes[input].channels = wishes[input].channels ?? wanted.channels
          // Few weights can be run at more places for the same price.
          let extra = wanted.weightCount < manyWeights ? 1 : 0
          let sizes = wanted.sizes.map { $0 + extra }
          if let known = wishes[input].sizes, known.count == sizes.count {
            wishes[input].sizes = zip(known, sizes).map { max($0, $1) }
          } else {
            wishes[input].sizes = sizes
          }
        }
        if isDirect, wanted.weightCount >= manyWeights { wishes[input].period = wanted.channelsPerGroup }
        continue
      }
      if let channels = step.channels { wishes[input].channels = wishes[input].channels ?? channels }
      if step.hasSingleNumber { wishes[input].isSingle = true }
      if keepingShape.contains(step.subject.type) {
        for top in step.tops { sources[top] = input }
      }
    }
  }

  private static let keepingShape: Set<String> = [
    "AbsVal", "BatchNorm", "Bias", "BN", "BNLL", "Clip", "CuDNNBatchNorm", "Dropout", "ELU", "Exp", "Log",
    "LRN",
    "MVN", "Normalize", "Power", "PReLU", "ReLU", "ReLU6", "Scale", "Sigmoid", "Softmax", "Split", "Swish",
    "TanH",
    "Threshold",
  ]
}

extension SiteSide.Step {
  /// The number of channels that the blobs are for, of a layer with a number per channel.
  fileprivate var channels: Int? {
    switch subject.type {
    case "BatchNorm", "BN", "CuDNNBatchNorm", "Bias", "Scale", "PReLU":
      // A five-blob BatchNorm has a single number somewhere; the longest blob has the channels.
      guard bottoms.count == 1, let count = blobs.map(\.count).max(), count > 1 else { return nil }
      return count
    default: return nil
    }
  }

  fileprivate var hasSingleNumber: Bool {
    bottoms.count == 1 && !blobs.isEmpty && blobs.allSatisfy { $0.count == 1 }
  }
}

extension ForwardError {
  /// Whether a larger bottom may help.
  fileprivate var isAboutSize: Bool {
    switch reason {
    case .windowTooLarge, .negativeSize: true
    case .parameter, .inputShape, .blobValueCount: false
    default: false
    }
  }
}
