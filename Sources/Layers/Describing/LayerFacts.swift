/// What holds for every layer of a type, whatever its parameters say.
///
/// The other facts of a layer follow from its parameters: ``LayerDescription`` has them.
package struct LayerFacts: Sendable {
  /// Caffe's name of the type, then the names that forks have for the same layer.
  package let names: [String]
  /// How many bottoms a layer may have.
  package let bottoms: ClosedRange<Int>
  /// How many tops a layer may have.
  package let tops: ClosedRange<Int>
  /// The messages that hold the layer's parameters.
  package let parameters: [ParameterMessage]
  /// Whether every top has the shape of the first bottom.
  package let keepsShape: Bool
  /// Whether a top may have the name of a bottom: not where the layer still reads a bottom when it has begun to write a top.
  package let worksInPlace: Bool
  /// What the layer learns.
  package let blobs: LearnedBlobs
  /// The parameter that says whether the layer has a bias.
  package let bias: BiasField?
  /// How `rules prove` draws a layer; nil for a type that it does not draw.
  package let sample: LayerSample?

  package init(
    _ names: String..., bottoms: ClosedRange<Int> = 1...1, tops: ClosedRange<Int> = 1...1,
    parameters: [ParameterMessage] = [], keepsShape: Bool = false, worksInPlace: Bool? = nil,
    blobs: LearnedBlobs = .none, bias: BiasField? = nil, sample: LayerSample? = nil
  ) {
    self.names = names
    self.bottoms = bottoms
    self.tops = tops
    self.parameters = parameters
    self.keepsShape = keepsShape
    self.worksInPlace = worksInPlace ?? keepsShape
    self.blobs = blobs
    self.bias = bias
    self.sample = sample
  }
}

/// A message of a layer's parameters, with the fields that the description of the type accounts for.
package struct ParameterMessage: Sendable {
  /// The field of the layer that holds the message.
  package let name: String
  /// Fields that the description reads.
  package let reads: [String]
  /// Fields without influence on what the layer computes at TEST.
  package let ignores: [String]

  package init(_ name: String, reads: [String] = [], ignores: [String] = []) {
    self.name = name
    self.reads = reads
    self.ignores = ignores
  }
}

/// What the parameter blobs of a type hold.
package enum LearnedBlobs: Sendable, Equatable {
  /// The type has no blobs.
  case none
  /// Weights of all inputs for each output, then a bias where the parameters ask for one.
  case weights
  /// A factor per channel, then a summand per channel where the parameters ask for a bias.
  case scale
  /// A summand per channel.
  case shift
  /// A factor per channel for some of the values, or after another computation.
  case factors
  /// The statistics of a normalisation, perhaps with a scale; forks disagree, and blob layouts tell how.
  case statistics
  /// A row of numbers for each index.
  case table

  /// Whether each blob holds a number per channel of the first bottom, or a single number.
  package var isPerChannel: Bool {
    switch self {
    case .scale, .shift, .factors, .statistics: true
    case .none, .weights, .table: false
    }
  }
}

/// The parameter that says whether a layer has a bias blob.
package struct BiasField: Sendable, Equatable {
  /// Where it is written.
  package let path: [String]
  /// What counts where it is not written.
  package let fallback: Bool

  package init(in message: String, default fallback: Bool) {
    path = [message, "bias_term"]
    self.fallback = fallback
  }
}
