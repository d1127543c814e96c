import CaffeIO

/// A layer that multiplies weights with its bottom and adds up: a convolution, deconvolution or inner product.
///
/// | type | weights | output channel of a weight |
/// |---|---|---|
/// | Convolution and its depthwise forks | [out, in/g, k…] | axis 0 |
/// | Deconvolution | [in, out/g, k…] | axis 1 within each group |
/// | InnerProduct | [N, K], transposed [K, N] | N |
package protocol LinearDescription: LayerDescription {
  /// The message that holds the parameters.
  static var message: String { get }
  /// Whether `relu` in the message lets the layer end in a ReLU.
  static var canFuseReLU: Bool { get }
  /// How many axes the weights have where a file of old gives them four.
  static var weightAxes: Int { get }
  /// The axis that the channels lie along, as written.
  var axis: Int { get }
  /// Number of output channels; nil where the parameters do not give it.
  var outputCount: Int? { get }
  /// Whether the parameters ask for a bias.
  var hasBias: Bool { get }
  /// Whether zeros surround the bottom.
  var pads: Bool { get }
  /// Whether a fold into the input side is worked out.
  var foldsInput: Bool { get }
  /// Where the channels lie in weights of this shape.
  ///
  /// - Throws: `LinearGeometry.Mismatch` for a shape that does not suit the parameters.
  func geometry(ofWeights shape: [Int]) throws(LinearGeometry.Mismatch) -> LinearGeometry
}

extension LinearDescription {
  package static var canFuseReLU: Bool { false }

  package static var weightAxes: Int { 4 }

  package var foldsInput: Bool { true }

  package var pads: Bool { window?.pads ?? false }
}

/// Where the channels of a linear layer lie in its weights.
package struct LinearGeometry: Sendable, Equatable {
  /// How the elements of a blob map to channels: `channel = element / inner % modulus`, counted on by `modulus` after every
  /// `rowsPerGroup` rows of all channels.
  package struct Layout: Sendable, Equatable {
    package var inner: Int
    package var modulus: Int
    package var rowsPerGroup: Int

    package init(inner: Int, modulus: Int, rowsPerGroup: Int = 1) {
      self.inner = inner
      self.modulus = modulus
      self.rowsPerGroup = rowsPerGroup
    }

    /// One factor per channel, as it lies over the weights.
    package func scale(_ factors: [Double]) -> ChannelScale {
      ChannelScale(factors: factors, inner: inner, modulus: modulus, rowsPerGroup: rowsPerGroup)
    }
  }

  /// The input side of the weights.
  package enum Input: Sendable, Equatable {
    /// The channels of the bottom.
    case channels(Int, Layout)
    /// So many values of an image, which an inner product sees without channels.
    case values(Int, outputs: Int, isTransposed: Bool)
  }

  /// A shape of weights that does not suit the parameters.
  package struct Mismatch: Error, Sendable, Equatable {
    /// What was expected, as a sentence part.
    package let expected: String
  }

  /// Number of output channels.
  package var outputCount: Int
  /// Number of dimensions of the top: 2 and the spatial axes, or 2 for an inner product.
  package var rank: Int
  /// The output channels.
  package var output: Layout
  /// The input side; nil where a fold into it is not worked out.
  package var input: Input?
}

extension LinearGeometry.Input {
  /// The number of channels, or of values where there are no channels.
  package var count: Int {
    switch self {
    case .channels(let count, _), .values(let count, _, _): count
    }
  }

  /// The number of channels; nil where the weights do not tell.
  package var channelCount: Int? {
    if case .channels(let count, _) = self { return count }
    return nil
  }

  /// Where `channels` input channels lie; nil where that many do not fit.
  package func layout(channels: Int) -> LinearGeometry.Layout? {
    switch self {
    case .channels(let count, let layout): return count == channels ? layout : nil
    case .values(let count, let outputs, let isTransposed):
      guard channels > 0, count % channels == 0 else { return nil }
      // Every channel is count / channels numbers long; transposed, each of them is a row of all outputs.
      let length = count / channels
      return isTransposed
        ? LinearGeometry.Layout(inner: length * outputs, modulus: channels)
        : LinearGeometry.Layout(inner: length, modulus: channels, rowsPerGroup: outputs)
    }
  }
}
