import CaffeIO
import Glibc
import Layers
import RuleModel

/// `equalize`: the ranges of channels evened out between two linear layers.
///
///     W₁'[c] = W₁[c]/s[c],  b₁'[c] = b₁[c]/s[c],  W₂'[…, c] = W₂[…, c]·s[c],  s[c] ≈ √(max|W₁[c]| / max|W₂[…, c]|)
///
/// The layers between them must turn s·x into s·y where they turn x into y, channel by channel: ReLU, PReLU, pooling.
/// Then both layers have nearly the same range in each channel, √(r₁·r₂), and one scale of eight bits for a whole blob
/// loses the least (Nagel and others, Data-Free Quantization Through Weight Equalization and Bias Correction, 2019,
/// equation 11). The factors are powers of two: nothing is rounded, and the net computes the same numbers bit for bit.
/// A channel whose weights are all zero on one side is not changed.
struct Equalize: Kernel {
  let signature = KernelSignature(
    name: "equalize",
    summary: "Evens out the ranges of the channels between two linear layers.",
    parameters: [
      .init("from", .layer, summary: "The layer that makes the channels."),
      .init(
        "into", .layer,
        summary: "The layer that reads them, directly or behind layers that scale with what they read."),
    ])

  let settles = true

  func apply(_ arguments: KernelArguments, to net: WorkingNet) throws(Refusal.Reason) {
    let (first, second) = (arguments.layer("from"), arguments.layer("into"))
    let (from, into) = (try LinearLayer(first, in: net), try LinearLayer(second, in: net))
    try net.checkQuantisation(of: first)
    try net.checkQuantisation(of: second)
    guard into.description.foldsInput, into.geometry.map({ $0.input != nil }) ?? true else {
      throw Refusal.Reason(NoInputSide(layer: net.graph.named(second)))
    }
    guard let weights = net.weights, let output = from.geometry?.output, let input = into.geometry?.input,
      var makers = try net.blobs(of: first), var readers = try net.blobs(of: second)
    else { throw Refusal.Reason(NoWeights(layer: net.graph.named(first))) }
    let channels = from.outputCount
    guard let columns = input.layout(channels: channels) else {
      throw Refusal.Reason(
        ChannelCount(
          layer: net.graph.named(first), numbers: "output", found: channels, into: net.graph.named(second),
          expected: input.count))
    }
    let ones = Array(repeating: 1.0, count: channels)
    let made = try ranges(of: makers[0], output.scale(ones), first, net, weights)
    let read = try ranges(of: readers[0], columns.scale(ones), second, net, weights)
    let bias = from.hasBias ? try net.values(of: makers[1], layer: first) : nil
    let factors = Self.factors(made: made, read: read, bias: bias)
    guard factors.contains(where: { $0 != 1 }) else {
      throw Refusal.Reason(EvenRanges(layer: net.graph.named(first), other: net.graph.named(second)))
    }
    makers[0] = makers[0].scaled(by: output.scale(factors.map { 1 / $0 }))
    if let bias { makers[1] = makers[1].replacingValues(with: zip(bias, factors).map { $0 / $1 }) }
    readers[0] = readers[0].scaled(by: columns.scale(factors))
    net.setBlobs(makers, of: first)
    net.setBlobs(readers, of: second)
  }

  /// By channel, the factor by which the first layer's weights are divided and the second layer's are multiplied: the
  /// power of two next to √(r₁/r₂); 1 where the ranges are within a factor of two.
  ///
  /// A channel is enlarged at most until its bias is as large as the largest bias: larger values between the layers
  /// would widen the range of the blob.
  static func factors(made: [Double], read: [Double], bias: [Double]?) -> [Double] {
    let largestBias = bias.map { $0.reduce(0) { max($0, $1.magnitude) } } ?? 0
    return made.indices.map { channel in
      guard made[channel] > 0, read[channel] > 0 else { return 1 }
      let octaves = log2(made[channel]) - log2(read[channel])
      guard octaves.magnitude > 1 else { return 1 }
      var power = (octaves / 2).rounded(.toNearestOrAwayFromZero)
      if power < 0, let own = bias?[channel].magnitude, own > 0 {
        power = min(0, max(power, log2(own / largestBias).rounded(.up)))
      }
      return exp2(power)
    }
  }

  /// The largest magnitude of each channel, read in pieces.
  private func ranges(
    of blob: BlobContent, _ layout: ChannelScale, _ layer: LayerID, _ net: WorkingNet, _ weights: WeightsFile
  ) throws(Refusal.Reason) -> [Double] {
    var ranges = [Double](repeating: 0, count: layout.factors.count)
    do {
      try blob.forEachChunk(from: weights) { start, chunk in
        var place = 0
        while place < chunk.count {
          // Neighbouring numbers of one channel.
          let run = min(layout.inner - (start + place) % layout.inner, chunk.count - place)
          var largest = 0.0
          for index in place..<place + run { largest = max(largest, chunk[index].magnitude) }
          let channel = layout.channel(of: start + place)
          ranges[channel] = max(ranges[channel], largest)
          place += run
        }
      }
    } catch {
      throw Refusal.Reason(UnreadableBlobs(layer: net.graph.named(layer), error: error))
    }
    if let channel = ranges.firstIndex(where: { !$0.isFinite }) {
      throw Refusal.Reason(NotFinite(layer: net.graph.named(layer), numbers: "weights", channel: channel))
    }
    return ranges
  }
}
