import Engine
import JSON
import Verification

/// What became of the range of weights, for those who deploy the net in half precision or in eight bits.
struct PrecisionReport {
  private let layers: [WeightRange]
  private let normalisations: [NormalisationCondition]

  /// Fewer weights that become zero are no matter.
  private static let notableShare = 0.01

  init(_ check: RewriteCheckReport) {
    layers = check.sites.flatMap(\.weights)
    normalisations = check.sites.flatMap(\.normalisations)
  }

  // MARK: Text

  /// What a deployer should know; with `verbose` of every layer.
  func lines(verbose: Bool) -> [String] {
    guard let largest = layers.max(by: { $0.largest < $1.largest }),
      let widest = layers.max(by: { $0.channelRatio < $1.channelRatio })
    else { return [] }
    var lines = [overflows, underflows, widths, conditions].compactMap(\.self)
    if lines.isEmpty {
      lines = [
        "fp16 holds all weights (up to \(Format.brief(largest.largest)), in '\(largest.layer)'); channel ranges differ by up to \(ratio(widest.channelRatio)) ('\(widest.layer)'\(before(widest)))"
      ]
    }
    if verbose { lines += layers.map(line) + normalisations.filter { $0.illConditioned > 0 }.map(line) }
    return lines.map { "precision: \($0)" }
  }

  private var overflows: String? {
    let found = layers.filter { $0.beyondHalf > 0 }
    guard let worst = found.max(by: { $0.largestOfAll < $1.largestOfAll }) else { return nil }
    let count = found.reduce(0) { $0 + $1.beyondHalf }
    return
      "fp16: \(Format.counted(count, "number")) of \(Format.names(found.map(\.layer))) \(count == 1 ? "overflows" : "overflow") (up to \(Format.brief(worst.largestOfAll)), in '\(worst.layer)')"
  }

  private var underflows: String? {
    let found = layers.filter { Double($0.halfUnderflows) >= Self.notableShare * Double($0.count) }
      .filter { $0.halfUnderflows > 0 }
    guard let worst = found.max(by: { $0.underflowShare < $1.underflowShare }) else { return nil }
    return
      "fp16: \(Format.counted(found.count, "layer")) \(found.count == 1 ? "loses" : "lose") weights to underflow (worst '\(worst.layer)': \(Format.decimal(100 * worst.underflowShare, digits: 1)) %)"
  }

  private var widths: String? {
    let found = layers.filter { $0.lostInEightBits > 0 }
    guard let worst = found.max(by: { $0.lostInEightBits < $1.lostInEightBits }) else { return nil }
    let count = found.reduce(0) { $0 + $1.lostInEightBits }
    let known = layers.compactMap(\.before?.lostInEightBits)
    let old = known.isEmpty ? "" : "\(known.reduce(0, +)) before the fold; "
    return
      "int8 with one scale per tensor: \(Format.counted(count, "channel")) of \(Format.names(found.map(\.layer))) \(count == 1 ? "becomes" : "become") zero (\(old)worst '\(worst.layer)': \(worst.lostInEightBits) of \(worst.channels)); quantise per channel"
  }

  private var conditions: String? {
    let found = normalisations.filter { $0.illConditioned > 0 }
    guard let worst = found.min(by: { $0.smallestVariance < $1.smallestVariance }) else { return nil }
    let count = found.reduce(0) { $0 + $1.illConditioned }
    return
      "\(Format.counted(count, "variance")) of \(Format.names(found.map(\.layer))) \(count == 1 ? "is" : "are") below a tenth of eps (least \(Format.brief(worst.smallestVariance)), in '\(worst.layer)')"
  }

  private func ratio(_ ratio: Double) -> String {
    "\(ratio < 1000 ? Format.decimal(ratio, digits: 1) : Format.brief(ratio))×"
  }

  private func before(_ layer: WeightRange) -> String {
    layer.before.map { ", \(ratio($0.channelRatio)) before the fold" } ?? ""
  }

  private func line(_ layer: WeightRange) -> String {
    var parts = [
      "weights from \(Format.brief(layer.smallest)) to \(Format.brief(layer.largest))",
      "channel ranges differ by \(ratio(layer.channelRatio))\(before(layer))",
    ]
    if let before = layer.before {
      parts.append("the range of channel \(before.channel) grew \(ratio(before.growth))")
    }
    if layer.lostInEightBits > 0 {
      parts.append("\(Format.counted(layer.lostInEightBits, "channel")) zero in int8")
    }
    if layer.deadChannels > 0 { parts.append("\(Format.counted(layer.deadChannels, "channel")) all zero") }
    if layer.beyondHalf > 0 {
      parts.append("\(Format.counted(layer.beyondHalf, "number")) beyond fp16")
    }
    if layer.halfUnderflows > 0 { parts.append("\(Format.grouped(layer.halfUnderflows)) zero in fp16") }
    return "'\(layer.layer)': \(parts.joined(separator: "; "))"
  }

  private func line(_ condition: NormalisationCondition) -> String {
    "'\(condition.layer)': \(Format.counted(condition.illConditioned, "variance")) of \(condition.channels) below a tenth of eps \(Format.brief(condition.epsilon)), down to \(Format.brief(condition.smallestVariance))"
  }

  // MARK: JSON

  var json: JSONValue {
    .object([
      ("layers", .array(layers.map(json))),
      (
        "normalisations",
        .array(
          normalisations.map {
            .object([
              ("layer", .name($0.layer)), ("channels", .integer($0.channels)),
              ("epsilon", .number($0.epsilon)), ("smallestVariance", .number($0.smallestVariance)),
              ("illConditioned", .integer($0.illConditioned)),
            ])
          })
      ),
    ])
  }

  private func json(_ layer: WeightRange) -> JSONValue {
    .object([
      ("layer", .name(layer.layer)),
      ("type", .string(layer.type)),
      ("count", .integer(layer.count)),
      ("channels", .integer(layer.channels)),
      ("largest", .number(layer.largest)),
      ("smallest", .number(layer.smallest)),
      ("channelRatio", .number(layer.channelRatio)),
      ("lostInEightBits", .integer(layer.lostInEightBits)),
      ("deadChannels", .integer(layer.deadChannels)),
      ("halfOverflows", .integer(layer.halfOverflows)),
      ("halfUnderflows", .integer(layer.halfUnderflows)),
      (
        "before",
        layer.before.map {
          .object([
            ("largest", .number($0.largest)), ("channelRatio", .number($0.channelRatio)),
            ("lostInEightBits", .integer($0.lostInEightBits)), ("growth", .number($0.growth)),
            ("channel", .integer($0.channel)),
          ])
        } ?? .null
      ),
      (
        "bias",
        layer.bias.map {
          .object([
            ("largest", .number($0.largest)), ("halfOverflows", .integer($0.halfOverflows)),
            ("halfUnderflows", .integer($0.halfUnderflows)),
          ])
        } ?? .null
      ),
    ])
  }
}

extension WeightRange {
  /// Weights and biases that half precision cannot hold.
  fileprivate var beyondHalf: Int { halfOverflows + (bias?.halfOverflows ?? 0) }
  fileprivate var largestOfAll: Double { max(largest, bias?.largest ?? 0) }
  fileprivate var underflowShare: Double { Double(halfUnderflows) / Double(max(count, 1)) }
}
