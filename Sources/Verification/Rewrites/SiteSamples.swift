import CaffeIO
import Definitions
import Engine
import Layers

/// Random values for what a site gets from outside: several images at once, as small as the layers allow.
///
/// Where a linear layer reads a value directly, the images share the numbers: each has those of a part of the channels,
/// at one place of the plane, and all images together have every channel at places that meet the whole kernel. Each
/// weight is then multiplied with a random number about once, and still each output channel is seen at several places.
struct SiteSamples {
  /// Where an input of a linear layer has numbers that are not zero.
  private struct Sharing {
    /// Numbers of an image after which the parts begin anew: those of a group's channels.
    var period: Int
    /// Numbers of a channel.
    var plane: Int
    /// Of a plane those that an image may have.
    var places: [Int]
  }

  /// So many numbers of each output channel are wanted: images times windows.
  private static let seen = 16
  private static let imageRange = 2...8
  /// Images for a site without linear layers.
  private static let usualImages = 4
  /// Layers with fewer weights get numbers everywhere.
  private static let manyWeights = 1 << 6
  /// A layer behind others, which are dense, with more weights than this sees few images.
  private static let tooManyWeights = 1 << 16
  /// The least channels of a part.
  private static let smallestPart = 8

  /// How many images.
  private(set) var images = SiteSamples.usualImages
  /// The shape of each input.
  private(set) var shapes: [[Int]] = []
  /// For each input how the images share it; nil for numbers everywhere.
  private var sharings: [Sharing?] = []

  /// Why shapes do not suit a site.
  enum Unfit: Error {
    /// The layers before cannot be run on them either.
    case before(LayerError)
    /// Those before can, and those after contradict themselves.
    case after(LayerError)
  }

  /// Inputs in the shapes that the net gives them have at most so many numbers.
  private static let mostKnown = 1 << 20

  /// Chooses small shapes.
  ///
  /// - Throws: `LayerError` where no shape up to a hundred numbers wide suits all layers.
  init(_ site: RewriteSite, _ before: SiteSide, _ after: SiteSide) throws(LayerError) {
    var wishes = [Wish](repeating: Wish(), count: site.inputs.count)
    try Self.collect(&wishes, before, site.inputs.before)
    try Self.collect(&wishes, after, site.inputs.after)
    // A value whose channels nobody tells is mostly added to one whose channels are known.
    let channels = wishes.lazy.compactMap { $0.channels }.first
    images = wishes.compactMap(\.images).max() ?? Self.usualImages
    if wishes.contains(where: \.isDear) { images = Self.imageRange.lowerBound }
    var obstacle: LayerError?
    for growth in [0, 1, 2, 4, 8, 16, 32, 96] {
      shapes = wishes.map { $0.shape(images: images, orChannels: channels ?? 4, growth: growth) }
      do {
        _ = try before.shapes(site.inputs.before.mapValues { shapes[$0] })
        _ = try after.shapes(site.inputs.after.mapValues { shapes[$0] })
        sharings = zip(wishes, shapes).map { $0.sharing(of: $1) }
        return
      } catch {
        obstacle = obstacle ?? error
        guard error.isAboutSize else { throw error }
      }
    }
    throw obstacle!
  }

  /// Takes the shapes that the net gives the inputs; nil where they have very many numbers.
  init?(
    _ shapes: [[Int]], _ site: RewriteSite, _ before: SiteSide, _ after: SiteSide
  ) throws(Unfit) {
    guard shapes.allSatisfy({ $0.product <= Self.mostKnown }) else { return nil }
    self.shapes = shapes
    sharings = shapes.map { _ in nil }
    do { _ = try before.shapes(site.inputs.before.mapValues { shapes[$0] }) } catch { throw .before(error) }
    do { _ = try after.shapes(site.inputs.after.mapValues { shapes[$0] }) } catch {
      throw error.isContradiction ? .after(error) : .before(error)
    }
  }

  /// The shapes that the net gives, made smaller alike: branches of different resolution keep fitting one another, the planes of
  /// a large net become small. The shapes themselves come last.
  static func reduced(_ shapes: [[Int]]) -> [[[Int]]] {
    var candidates: [[[Int]]] = []
    for divisor in [64, 32, 16, 8, 4, 2] {
      for slack in [0, divisor - 1] {
        let candidate = shapes.map { shape in
          // On a plane of one number a window says little.
          shape.enumerated().map { $0 < 2 ? $1 : max(min($1, 2), ($1 + slack) / divisor) }
        }
        if !candidates.contains(candidate), candidate != shapes { candidates.append(candidate) }
      }
    }
    return candidates + [shapes]
  }

  /// The values of all inputs.
  func values(seed: UInt64, _ spread: SampleSpread = .within(1)) -> [NetValue<Double>] {
    var numbers = RandomNumbers(seed: seed)
    return shapes.indices.map { index in
      var value = NetValue<Double>(shape: shapes[index])
      let imageCount = shapes[index].first ?? 1
      let size = imageCount == 0 ? 0 : value.values.count / imageCount
      for image in 0..<imageCount {
        fill(&value.values, image * size..<(image + 1) * size, image, sharings[index], spread, &numbers)
      }
      return value
    }
  }

  /// Gives one image its numbers.
  private func fill(
    _ values: inout [Double], _ range: Range<Int>, _ image: Int, _ sharing: Sharing?, _ spread: SampleSpread,
    _ numbers: inout RandomNumbers
  ) {
    guard let sharing else {
      for index in range { values[index] = spread.number(&numbers) }
      return
    }
    let phases = min(images, sharing.places.count)
    // With more places than images an image has several of them.
    let places = stride(from: image % phases, to: sharing.places.count, by: phases).map { sharing.places[$0] }
    let channels = sharing.period / sharing.plane
    let parts = max(1, min(images / phases, channels / Self.smallestPart))
    let part = image / phases % parts
    let own = part * channels / parts..<(part + 1) * channels / parts
    for group in stride(from: range.lowerBound, to: range.upperBound, by: sharing.period) {
      for channel in own {
        for place in places {
          values[group + channel * sharing.plane + place] = spread.number(&numbers)
        }
      }
    }
  }

  // MARK: What layers want

  /// What the layers that read an input say of its shape.
  private struct Wish {
    var channels: Int?
    /// Spatial sizes; the largest of what several want.
    var sizes: [Int]?
    /// All numbers of an image, where an inner product reads it.
    var count: Int?
    /// The channels of a group, where images may share them.
    var period: Int?
    /// Places of a plane of `sizes` at which numbers are enough; nil for all.
    var places: [Int]?
    /// How many images a linear layer wants.
    var images: Int?
    /// Whether many images would cost much.
    var isDear = false
    /// Read by a layer with a single number: for one channel, or for all of them.
    var isSingle = false

    func shape(images: Int, orChannels fallback: Int, growth: Int) -> [Int] {
      if let count {
        guard let channels, channels < count, count % channels == 0 else { return [images, count] }
        return [images, channels, count / channels, 1]
      }
      return [images, channels ?? (isSingle ? 1 : fallback)] + (sizes ?? [3, 3]).map { $0 + growth }
    }

    /// How images share a value of this shape.
    func sharing(of shape: [Int]) -> Sharing? {
      guard let period else { return nil }
      if let count { return Sharing(period: count, plane: 1, places: [0]) }
      let plane = shape.dropFirst(2).product
      guard period > 0, plane > 0, shape[1] % period == 0 else { return nil }
      let isAsWanted = sizes.map { Array(shape.dropFirst(2)) == $0 } ?? false
      let places = isAsWanted ? places ?? Array(0..<plane) : Array(0..<plane)
      return Sharing(period: period * plane, plane: plane, places: places)
    }

    /// Takes in what a linear layer says that reads the input, directly or behind others.
    mutating func add(_ wanted: SmallestInput, isInnerProduct: Bool, isDirect: Bool) {
      let isLarge = wanted.weightCount >= manyWeights
      if isDirect, isLarge { period = wanted.channelsPerGroup }
      if !isDirect, wanted.weightCount >= tooManyWeights { isDear = true }
      guard !isInnerProduct else {
        count = wanted.channels
        images = imageRange.upperBound
        return
      }
      channels = channels ?? wanted.channels
      let sparse = isDirect && isLarge ? wanted.sparse : nil
      let wantedSizes = sparse?.sizes ?? wanted.sizes.map { $0 + (isLarge ? 0 : 1) }
      let windows = sparse?.windows ?? wantedSizes.product
      let fewest = max(sparse?.places.count ?? 1, 1 + (seen - 1) / max(windows, 1))
      images = max(images ?? 0, min(max(fewest, imageRange.lowerBound), imageRange.upperBound))
      guard let known = sizes else {
        (sizes, places) = (wantedSizes, sparse?.places)
        return
      }
      guard known != wantedSizes || places != sparse?.places else { return }
      // Layers of several kinds read it.
      places = nil
      if known.count == wantedSizes.count { sizes = zip(known, wantedSizes).map { max($0, $1) } }
    }
  }

  /// Follows the inputs through layers that keep shapes up to those that have a wish.
  private static func collect(
    _ wishes: inout [Wish], _ side: SiteSide, _ inputs: [ValueID: Int]
  ) throws(LayerError) {
    var sources = inputs
    for step in side.steps {
      guard let bottom = step.bottoms.first else { continue }
      guard let input = sources[bottom] else {
        if let layer = step.layer as? any WeightStreaming,
          try layer.smallestInput().weightCount >= tooManyWeights, !wishes.isEmpty
        {
          wishes[0].isDear = true
        }
        continue
      }
      if let layer = step.layer as? any WeightStreaming {
        wishes[input].add(
          try layer.smallestInput(), isInnerProduct: layer.window == nil,
          isDirect: inputs[bottom] != nil)
        continue
      }
      if let channels = step.channels { wishes[input].channels = wishes[input].channels ?? channels }
      if step.hasSingleNumber { wishes[input].isSingle = true }
      if type(of: step.layer).facts.keepsShape {
        for top in step.tops { sources[top] = input }
      }
    }
  }
}

extension SiteSide.Step {
  /// The number of channels that the blobs are for, of a layer with a number per channel.
  fileprivate var channels: Int? {
    // The longest blob has a number for each channel; a five-blob BatchNorm also has a blob with a single number. The
    // same is assumed of the blobs that a definition reads, where each has one axis.
    let isDefinedSo = layer is DefinedLayer && blobs.allSatisfy { $0.shape.count { $0 != 1 } <= 1 }
    guard type(of: layer).facts.blobs.isPerChannel || isDefinedSo, bottoms.count == 1,
      let count = blobs.map(\.count).max(), count > 1
    else { return nil }
    return count
  }

  fileprivate var hasSingleNumber: Bool {
    bottoms.count == 1 && !blobs.isEmpty && blobs.allSatisfy { $0.count == 1 }
  }
}

extension LayerError {
  /// Whether a layer contradicts itself or what it reads: not one that the executor only does not know.
  var isContradiction: Bool {
    switch reason {
    case .unknownType, .unexplainedField, .unsupported, .ambiguousBlobs, .windowsTooLarge, .tooManyDimensions,
      .tooLarge, .memory:
      false
    default: true
    }
  }

  /// Whether a larger bottom may help.
  fileprivate var isAboutSize: Bool {
    switch reason {
    case .windowTooLarge, .negativeSize, .definition: true
    case .parameter, .inputShape, .blobValueCount: false
    default: false
    }
  }
}
