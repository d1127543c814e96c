import CaffeIO
import Glibc
import Layers
import RuleModel

/// `equalize`: the ranges of channels evened out between two linear layers.
///
///     W₁'[c] = W₁[c]/s[c],  b₁'[c] = b₁[c]/s[c],  W₂'[…, c] = W₂[…, c]·s[c],  s[c] ≈ √(max|W₁[c]| / max|W₂[…, c]|)ᵗ
///
/// The layers between them must turn s·x into s·y where they turn x into y, channel by channel: ReLU, PReLU, pooling.
/// With t = 1 both layers have nearly the same range in each channel, √(r₁·r₂) (Nagel and others, Data-Free Quantization
/// Through Weight Equalization and Bias Correction, 2019, equation 11). That makes weights more precise and may make the values
/// between the layers less so: t is the value among 1/4, 1/2, 3/4 and 1 with the least estimated error
/// (``EightBitError``). If the gain is below `leastGain`, the layers stay. The factors are powers of two: nothing is
/// rounded, and the net computes the same numbers bit for bit. A channel whose weights are all zero on one side is not changed.
struct Equalize: Kernel {
  let signature = KernelSignature(
    name: "equalize",
    summary: "Evens out the ranges of the channels between two linear layers.",
    parameters: [
      .init("from", .layer, summary: "The layer that makes the channels."),
      .init(
        "into", .layer,
        summary:
          "The layer that reads the channels, directly or through layers that keep factors, such as ReLU."),
    ])

  let settles = true

  /// The decibels that the estimate must gain: a third of a bit.
  static let leastGain = 2.0

  func apply(_ arguments: KernelArguments, to net: WorkingNet) throws(Refusal.Reason) {
    let (first, second) = (arguments.layer("from"), arguments.layer("into"))
    let (from, into) = (try LinearLayer(first, in: net), try LinearLayer(second, in: net))
    try net.checkQuantisation(of: first)
    try net.checkQuantisation(of: second)
    guard into.description.foldsInput, into.geometry.map({ $0.input != nil }) ?? true else {
      throw Refusal.Reason(NoInputSide(layer: net.graph.named(second)))
    }
    guard let output = from.geometry?.output, let geometry = into.geometry, let input = geometry.input,
      var makers = try net.blobs(of: first), var readers = try net.blobs(of: second)
    else { throw Refusal.Reason(NoWeights(layer: net.graph.named(first))) }
    let channels = from.outputCount
    guard let columns = input.layout(channels: channels) else {
      throw Refusal.Reason(
        ChannelCount(
          layer: net.graph.named(first), numbers: "output", found: channels, into: net.graph.named(second),
          expected: input.count))
    }
    let error = try estimate(
      (first, makers[0], output, channels), (second, readers[0], columns, geometry), net)
    let bias = from.hasBias ? try net.values(of: makers[1], layer: first) : nil
    guard let (factors, gain) = Self.factors(error, bias: bias) else {
      throw Refusal.Reason(EvenRanges(layer: net.graph.named(first), other: net.graph.named(second)))
    }
    guard gain >= Self.leastGain else {
      throw Refusal.Reason(
        SmallGain(layer: net.graph.named(first), other: net.graph.named(second), decibels: gain))
    }
    makers[0] = makers[0].scaled(by: output.scale(factors.map { 1 / $0 }))
    if let bias { makers[1] = makers[1].replacingValues(with: zip(bias, factors).map { $0 / $1 }) }
    readers[0] = readers[0].scaled(by: columns.scale(factors))
    net.setBlobs(makers, of: first)
    net.setBlobs(readers, of: second)
  }

  /// The factors for which the estimate of the error is least, and how much smaller it is than without, in decibels: below 0 where
  /// it is larger. Nil where all factors are 1.
  static func factors(_ error: EightBitError, bias: [Double]?) -> (factors: [Double], gain: Double)? {
    let octaves = error.made.indices.map { channel -> Double? in
      guard error.made[channel].largest > 0, error.read[channel] > 0 else { return nil }
      return (log2(error.made[channel].largest) - log2(error.read[channel])) / 2
    }
    let known = octaves.compactMap(\.self)
    // A factor that all channels have in common changes nothing.
    let mean = known.reduce(0, +) / Double(max(known.count, 1))
    let largestBias = bias.map { $0.reduce(0) { max($0, $1.magnitude) } } ?? 0
    let before = error.estimate(Array(repeating: 1, count: octaves.count))
    var best: (factors: [Double], gain: Double)?
    for share in [0.25, 0.5, 0.75, 1] {
      let factors = octaves.enumerated().map { channel, octaves -> Double in
        guard let octaves else { return 1 }
        var power = ((octaves - mean) * share).rounded(.toNearestOrAwayFromZero)
        // A channel becomes at most so loud that its bias is as large as the largest.
        if power < 0, let own = bias?[channel].magnitude, own > 0 {
          power = min(0, max(power, log2(own / largestBias).rounded(.up)))
        }
        return exp2(power)
      }
      guard factors.contains(where: { $0 != 1 }) else { continue }
      let gain = error.gain(factors, over: before)
      if gain > best?.gain ?? -.infinity { best = (factors, gain) }
    }
    return best
  }

  /// What the weights of both layers are like, read in pieces.
  private func estimate(
    _ from: (layer: LayerID, blob: BlobContent, layout: LinearGeometry.Layout, channels: Int),
    _ into: (layer: LayerID, blob: BlobContent, layout: LinearGeometry.Layout, geometry: LinearGeometry),
    _ net: WorkingNet
  ) throws(Refusal.Reason) -> EightBitError {
    let (channels, outputs, width) = (from.channels, into.geometry.outputCount, into.layout.modulus)
    let maker = from.layout.scale(Array(repeating: 1, count: channels))
    let reader = into.layout.scale(Array(repeating: 1, count: channels))
    let rows = into.geometry.output.scale(Array(repeating: 1, count: outputs))
    var error = EightBitError(
      made: Array(repeating: .init(), count: channels), madeCount: from.blob.count / max(channels, 1),
      read: Array(repeating: 0, count: channels), energies: Array(repeating: 0, count: outputs * width),
      groups: Array(repeating: 0, count: outputs), width: width,
      readCount: into.blob.count / max(outputs * width, 1))
    try read(from.blob, of: from.layer, net, sharing: maker.inner) { element, numbers in
      let channel = maker.channel(of: element)
      for number in numbers {
        error.made[channel].largest = max(error.made[channel].largest, number.magnitude)
        error.made[channel].squares += number * number
      }
    }
    let common = min(reader.inner, rows.inner)
    try read(into.blob, of: into.layer, net, sharing: common) { element, numbers in
      let (channel, output) = (reader.channel(of: element), rows.channel(of: element))
      error.groups[output] = channel / width * width
      let place = output * width + channel % width
      for number in numbers {
        error.read[channel] = max(error.read[channel], number.magnitude)
        error.energies[place] += number * number
      }
    }
    let squares = error.made.map(\.squares) + error.energies
    if let place = squares.firstIndex(where: { !$0.isFinite }) {
      let (layer, channel) =
        place < channels
        ? (from.layer, place)
        : (into.layer, error.groups[(place - channels) / width] + (place - channels) % width)
      throw Refusal.Reason(NotFinite(layer: net.graph.named(layer), numbers: "weights", channel: channel))
    }
    return error
  }

  /// Hands on the numbers of a blob in runs that lie in one block of `length` numbers.
  private func read(
    _ blob: BlobContent, of layer: LayerID, _ net: WorkingNet, sharing length: Int,
    _ body: (Int, ArraySlice<Double>) -> Void
  ) throws(Refusal.Reason) {
    guard let weights = net.weights else { throw Refusal.Reason(NoWeights(layer: net.graph.named(layer))) }
    do {
      try blob.forEachChunk(from: weights) { start, chunk in
        var place = 0
        while place < chunk.count {
          let run = min(length - (start + place) % length, chunk.count - place)
          body(start + place, chunk[place..<place + run])
          place += run
        }
      }
    } catch {
      throw Refusal.Reason(UnreadableBlobs(layer: net.graph.named(layer), error: error))
    }
  }
}
