import CaffeIO
import Diagnostics

// What is in the weights, and does not fit the definition or the rule.

/// Several layers have the name that weights bind by.
struct RepeatedName: RefusalReason {
  static let code = RefusalCode(
    "repeated-name", "several layers have one name, and weights are bound by name")
  var layer: NamedLayer
  var count: Int

  func sentence(about layer: NamedLayer?) -> String {
    "\(count) layers are named '\(self.layer.name)', and weights are bound by name; rename them in both files"
  }
}

/// Parameters are shared with a layer outside the match.
struct SharedParameter: RefusalReason {
  static let code = RefusalCode("shared-parameter", "parameters are shared with a layer outside the match")
  var layer: NamedLayer
  /// The name that the layers share it under.
  var parameter: Name
  var sharers: Readers

  var obstacles: [NamedLayer] { sharers.first }

  func sentence(about layer: NamedLayer?) -> String {
    "\(self.layer.mention(about: layer)) shares its parameter '\(parameter)' with \(sharers.description)"
  }
}

/// A layer that shares its parameters with a rewritten one would stay as it is.
struct SharerLeft: RefusalReason {
  static let code = SharedParameter.code
  var layer: NamedLayer

  func sentence(about layer: NamedLayer?) -> String {
    "\(self.layer.mention(about: layer)) shares its parameters and must be rewritten too"
  }
}

/// The weights file has no blobs for a layer.
struct NoWeights: RefusalReason {
  static let code = RefusalCode(
    "no-weights", "the weights file has no blobs for the layer, or the run has no weights")
  var layer: NamedLayer

  func sentence(about layer: NamedLayer?) -> String {
    "the weights file has no blobs for \(self.layer.mention(about: layer))"
  }
}

/// The weights file has blobs for a layer several times.
struct AmbiguousWeights: RefusalReason {
  static let code = RefusalCode(
    "ambiguous-weights", "the weights file has several layers of the layer's name")
  var layer: NamedLayer
  var count: Int

  func sentence(about layer: NamedLayer?) -> String {
    "the weights file has blobs for \(count) layers named '\(self.layer.name)'"
  }
}

/// A layer has more or fewer blobs.
struct BlobCount: RefusalReason {
  static let code = RefusalCode("blob-count", "the layer has more or fewer blobs than its parameters say")
  /// The blobs that the parameters or the rule ask for.
  enum Expected {
    case weights
    case weightsAndBias
    case oneOrTwo
    /// At least so many that the rule can set this one.
    case place(Int)
  }
  var layer: NamedLayer
  var found: Int
  var expected: Expected

  func sentence(about layer: NamedLayer?) -> String {
    let expected =
      switch expected {
      case .weights: "1 (weights)"
      case .weightsAndBias: "2 (weights and bias)"
      case .oneOrTwo: "1 or 2"
      case .place(let index): "at least \(index)"
      }
    return "\(self.layer.mention(about: layer)) has \(Wording.counted(found, "blob")), expected \(expected)"
  }
}

/// A blob has another shape.
struct BlobShape: RefusalReason {
  static let code = RefusalCode("blob-shape", "a blob has another shape than the parameters say")
  /// The shape that the parameters ask for.
  enum Expected {
    /// In the notation `[K, 64]`.
    case axes(String)
    /// So many numbers for each output.
    case multiple(of: Int)
    /// A single number.
    case factor
  }
  var layer: NamedLayer
  var blob: Int
  var shape: [Int]
  var expected: Expected

  func sentence(about layer: NamedLayer?) -> String {
    let expected =
      switch expected {
      case .axes(let axes): axes
      case .multiple(let outputs): "the same number of weights for each of \(outputs) outputs"
      case .factor: "1 number, the factor"
      }
    return
      "\(self.layer.possession("blob \(blob)", about: layer)) has the shape \(shape), expected \(expected)"
  }
}

/// Numbers per channel that are more or fewer than there are channels.
struct ChannelCount: RefusalReason {
  static let code = RefusalCode("channel-count", "numbers per channel and channels do not match")
  var layer: NamedLayer
  /// What the numbers are, for example `mean`.
  var numbers: String
  var found: Int
  /// The layer that has so many channels; the same one where its own blobs contradict each other.
  var into: NamedLayer
  var expected: Int

  func sentence(about layer: NamedLayer?) -> String {
    if self.layer == into {
      return
        "\(into.possession(numbers, about: layer)) has \(Wording.counted(found, "number")), its other blobs have \(expected)"
    }
    return
      "the weights of \(into.description) have \(Wording.counted(expected, "output channel")), \(self.layer.possession(numbers, about: layer)) has \(found)"
  }
}

/// A layer has numbers for more or fewer channels than its bottom has.
struct InputChannels: RefusalReason {
  static let code = ChannelCount.code
  var layer: NamedLayer
  var found: Int
  var expected: Int

  func sentence(about layer: NamedLayer?) -> String {
    "\(self.layer.mention(about: layer)) has numbers for \(Wording.counted(found, "channel")), its bottom has \(expected)"
  }
}

/// No blob layout fits.
struct NoLayout: RefusalReason {
  static let code = RefusalCode("no-layout", "no blob layout fits the layer, or the one that fits refuses")
  var layer: NamedLayer
  var blobCount: Int

  func sentence(about layer: NamedLayer?) -> String {
    if self.layer.type == "Scale", blobCount == 2 {
      return
        "\(self.layer.mention(about: layer)) has 2 blobs and does not say 'bias_term: true', without which Caffe does not load the second"
    }
    return
      "no blob layout is known for \(self.layer.type) layers with \(Wording.counted(blobCount, "blob")); describe it under 'layouts:' in a rule file"
  }
}

/// The blob layout that fits says why its layers are left alone.
struct RefusedLayout: RefusalReason {
  static let code = NoLayout.code
  var layer: NamedLayer
  /// The layout's own sentence.
  var explanation: String

  var variant: String { explanation }

  func sentence(about layer: NamedLayer?) -> String { explanation }
}

/// Likewise, for layers that use the statistics of the batch.
struct BatchLayout: RefusalReason {
  static let code = BatchStatistics.code
  var layer: NamedLayer
  /// The layout's own sentence.
  var explanation: String

  var variant: String { explanation }

  func sentence(about layer: NamedLayer?) -> String { explanation }
}

/// A layer has scales that were found for its blobs as they are.
struct QuantisedLayer: RefusalReason {
  static let code = RefusalCode(
    "quantised", "the layer has scales of a quantisation that fit the weights as they are")
  var layer: NamedLayer

  func sentence(about layer: NamedLayer?) -> String {
    "\(self.layer.mention(about: layer)) has 'quantization_param', whose scales would no longer fit the folded weights; fold first and quantise then, or remove 'quantization_param'"
  }
}

/// Several blob layouts fit.
struct AmbiguousLayout: RefusalReason {
  static let code = RefusalCode("ambiguous-layout", "several blob layouts fit the layer")
  var layer: NamedLayer
  var layouts: [String]

  func sentence(about layer: NamedLayer?) -> String {
    "several blob layouts fit \(self.layer.mention(about: layer)): \(layouts.joined(separator: ", "))"
  }
}

/// A layer uses the statistics of the batch.
struct BatchStatistics: RefusalReason {
  static let code = RefusalCode("batch-statistics", "the layer uses the statistics of the batch")
  /// What makes it do so.
  enum Cause: String {
    case ownPhase = "phase: TRAIN"
    case field = "use_global_stats: false"
    case mode
  }
  var layer: NamedLayer
  var cause: Cause

  var variant: String { cause.rawValue }

  func sentence(about layer: NamedLayer?) -> String {
    let remedy =
      (cause == .ownPhase ? "--extend-select deploy clears the phase, " : "")
      + "--assume-stored-statistics folds the stored ones"
    let it = self.layer.mention(about: layer)
    switch cause {
    case .ownPhase, .field:
      return "\(it) says '\(cause.rawValue)' and so uses the statistics of the batch; \(remedy)"
    case .mode: return "\(it) is not in inference mode and uses the statistics of the batch; \(remedy)"
    }
  }
}

/// A variance leaves nothing to divide by.
struct UnusableVariance: RefusalReason {
  static let code = RefusalCode("variance", "a variance leaves nothing to divide by")
  var layer: NamedLayer
  var channel: Int
  var variance: Double
  var epsilon: Double

  func sentence(about layer: NamedLayer?) -> String {
    "\(self.layer.possession("variance", about: layer)) is \(Float(variance)) in channel \(channel), and variance + eps (\(Float(epsilon))) has to be above 0"
  }
}

/// A number is infinite or not a number.
struct NotFinite: RefusalReason {
  static let code = RefusalCode("not-finite", "a number is infinite or not a number")
  var layer: NamedLayer
  /// What the numbers are, for example `mean`.
  var numbers: String
  var channel: Int

  func sentence(about layer: NamedLayer?) -> String {
    "\(self.layer.possession(numbers, about: layer)) is not finite at channel \(channel)"
  }
}

/// A layer does not work per channel.
struct OtherAxis: RefusalReason {
  static let code = RefusalCode("axis", "the layer does not work per channel")
  var layer: NamedLayer
  var axis: Int
  /// How many axes from there on.
  var count: Int

  func sentence(about layer: NamedLayer?) -> String {
    let axes = count == 1 ? "along axis \(axis)" : "on \(count) axes from axis \(axis) on"
    return "\(self.layer.mention(about: layer)) works \(axes), not on channels"
  }
}

/// A layer takes its factors from the net.
struct TwoBottoms: RefusalReason {
  static let code = RefusalCode("two-bottoms", "the layer takes its factors from a second bottom")
  var layer: NamedLayer

  func sentence(about layer: NamedLayer?) -> String {
    "\(self.layer.mention(about: layer)) takes its factors from a second bottom: they are data, not parameters"
  }
}

/// Folded numbers would not fit the type that they are stored in.
struct Overflow: RefusalReason {
  static let code = RefusalCode("overflow", "the folded numbers would not fit the stored type")
  var layer: NamedLayer
  var largest: Double
  var storage: BlobStorage

  func sentence(about layer: NamedLayer?) -> String {
    "the folded blobs of \(self.layer.description) would reach \(largest), beyond the \(storage.largest) of \(storage.phrase)"
  }
}

/// A shift would not reach the zeros around a padded input.
struct InexactPadding: RefusalReason {
  static let code = RefusalCode("inexact-padding", "the fold would be wrong where the input is padded")
  var layer: NamedLayer

  func sentence(about layer: NamedLayer?) -> String {
    "\(self.layer.mention(about: layer)) pads its input with zeros, which the shift would not reach"
  }
}

/// Blobs cannot be read.
struct UnreadableBlobs: RefusalReason {
  static let code = RefusalCode("unreadable", "the blobs cannot be read")
  var layer: NamedLayer
  var error: any Error

  func sentence(about layer: NamedLayer?) -> String {
    "\(self.layer.possession("blobs", about: layer)) cannot be read: \((error as? any DiagnosticError)?.diagnostic.sentence ?? "\(error)")"
  }
}

/// Evening out the channel ranges between two layers would hardly reduce the int8 error.
struct SmallGain: RefusalReason {
  static let code = RefusalCode(
    "small-gain", "evening out the channel ranges would hardly reduce the int8 error")
  var layer: NamedLayer
  /// The layer that reads the channels.
  var other: NamedLayer
  /// How much smaller the error would be.
  var decibels: Double

  func sentence(about layer: NamedLayer?) -> String {
    let layers = "\(self.layer.mention(about: layer)) and \(other.mention(about: layer))"
    // Rounded down: a gain below the minimum never reads as the minimum.
    let tenths = (decibels * 10).rounded(.down) / 10
    let effect =
      tenths > 0
      ? "would reduce the estimated int8 error by only \(tenths) dB"
      : "would not reduce the estimated int8 error"
    return
      "evening out the ranges between \(layers) \(effect); \(Equalize.leastGain) dB is the minimum"
  }
}

/// The channels of two layers need no other factors than 1.
struct EvenRanges: RefusalReason {
  static let code = RefusalCode(
    "even-ranges", "the channel ranges between the layers are even already")
  var layer: NamedLayer
  /// The layer that reads the channels.
  var other: NamedLayer

  func sentence(about layer: NamedLayer?) -> String {
    "the channel ranges between \(self.layer.mention(about: layer)) and \(other.mention(about: layer)) are even already"
  }
}
