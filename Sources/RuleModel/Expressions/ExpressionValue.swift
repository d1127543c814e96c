import Diagnostics
import Tensors

/// What an expression evaluates to.
package enum ExpressionValue: Sendable, Equatable {
  case number(Double)
  case boolean(Bool)
  case string(Name)
  case list([ExpressionValue])
  case tensor(Tensor)
  /// A tensor with so many numbers that they are computed when something asks for them.
  case lazy(LazyTensor)
  /// A vector laid along axis 0 (`rows`) or 1 (`columns`) of the tensor it meets; never the result of a whole expression.
  case aligned(Tensor, axis: Int)
  case layer(LayerReference)
  case record([String: ExpressionValue])

  /// The type, sizes known.
  package var type: ExpressionType {
    switch self {
    case .number(let value): return .number(Int(exactly: value).map { .known($0) } ?? .unknown)
    case .boolean: return .boolean
    case .string: return .string
    case .tensor(let tensor): return .tensor(SymbolicShape(tensor.shape))
    case .lazy(let tensor): return .tensor(SymbolicShape(tensor.shape))
    case .aligned(let tensor, let axis): return .aligned(.known(tensor.values.count), axis: axis)
    case .layer(let layer): return .layer(capture: layer.capture)
    case .record(let parts): return .record(parts.mapValues(\.type))
    case .list(let items):
      guard let first = items.first else { return .list(.dynamic) }
      var dimensions: [Dimension] = []
      for case .number(let value) in items {
        dimensions.append(Int(exactly: value).map { .known($0) } ?? .unknown)
      }
      if dimensions.count == items.count { return .shape(SymbolicShape(dimensions)) }
      return .list(items.dropFirst().reduce(first.type) { $0.joined(with: $1.type) })
    }
  }

  /// The value as a tensor in memory: a number has no axes, a list of numbers is a vector; nil for anything else.
  package var tensor: Tensor? {
    switch self {
    case .number(let value): return Tensor(shape: [], values: [value])
    case .tensor(let tensor): return tensor
    case .list(let items):
      var values: [Double] = []
      for case .number(let value) in items { values.append(value) }
      return values.count == items.count ? Tensor(values) : nil
    default: return nil
    }
  }

  /// The value as a tensor whose numbers may be computed later; nil for what is none.
  package var lazyTensor: LazyTensor? {
    if case .lazy(let tensor) = self { return tensor }
    return tensor.map(LazyTensor.init)
  }

  /// The number, if it is one.
  package var number: Double? {
    switch self {
    case .number(let value): value
    case .tensor(let tensor) where tensor.shape.isEmpty: tensor.values[0]
    default: nil
    }
  }

  /// A tensor, or the number that a tensor without axes is.
  init(_ tensor: Tensor) {
    self = tensor.shape.isEmpty ? .number(tensor.values[0]) : .tensor(tensor)
  }

  /// The sizes of a shape as a list of numbers.
  package static func sizes(_ shape: [Int]) -> ExpressionValue { .list(shape.map { .number(Double($0)) }) }
}

/// A layer that an expression speaks of.
package struct LayerReference: Sendable, Hashable {
  /// What the environment knows the layer by.
  package var id: Int
  /// The capture it is bound to, for messages.
  package var capture: String

  /// Makes a reference.
  package init(id: Int, capture: String) {
    self.id = id
    self.capture = capture
  }
}

/// Where an expression's names and layers come from when it is evaluated; blobs are asked for only when their numbers are needed.
package protocol ExpressionEnvironment {
  /// The value of a capture, `let` or parameter; nil for a name that is not bound.
  func value(of name: String) throws(ExpressionFault) -> ExpressionValue?
  /// The layer's name.
  func name(of layer: LayerReference) -> Name
  /// The layer's type.
  func type(of layer: LayerReference) -> String
  /// The phase, `TEST` or `TRAIN`.
  func phase(of layer: LayerReference) -> String
  /// How many blobs the layer has.
  func blobCount(of layer: LayerReference) throws(ExpressionFault) -> Int
  /// The shape of a blob; `index` is below the count.
  func blobShape(of layer: LayerReference, at index: Int) throws(ExpressionFault) -> [Int]
  /// The numbers of a blob; `index` is below the count.
  func blob(of layer: LayerReference, at index: Int) throws(ExpressionFault) -> LazyTensor
  /// What to say where the numbers of a blob cannot be read.
  func fault(reading error: any Error) -> ExpressionFault
  /// The names of the values the layer reads or makes.
  func values(of layer: LayerReference, side: ValueSide) -> [Name]
  /// The inferred shape of a value; nil where it is not known.
  func valueShape(of layer: LayerReference, side: ValueSide, at index: Int) throws(ExpressionFault) -> [Int]?
  /// The field at `path`, Caffe's default when it is absent; nil where there is none. Messages are records, repeated fields lists, enum values strings.
  func attribute(_ path: [String], of layer: LayerReference) throws(ExpressionFault) -> ExpressionValue?
  /// Whether the field at `path` is written in the layer's definition.
  func hasAttribute(_ path: [String], of layer: LayerReference) throws(ExpressionFault) -> Bool
  /// Whether the match has a layer for a capture that may be absent.
  func isPresent(_ capture: String) throws(ExpressionFault) -> Bool
  /// The layer's place among those that make the bottoms of one layer: its number, and the channels of that layer's
  /// bottoms, taken together, that are its own.
  func place(of layer: LayerReference) throws(ExpressionFault) -> ElementPlace
  /// How many channels a value has, its axis 1.
  func channels(of layer: LayerReference, side: ValueSide, at index: Int) throws(ExpressionFault) -> Int
  /// Whether a value is an input of the net: declared as one, or made by a layer of type Input.
  func isInput(of layer: LayerReference, side: ValueSide, at index: Int) -> Bool
  /// Whether a value is an output of the net.
  func isOutput(of layer: LayerReference, side: ValueSide, at index: Int) -> Bool
  /// How many inputs the net has.
  var inputCount: Int { get }
  /// What the layer does to each channel, `y = scale·x + shift`, both `[C]`.
  func affine(of layer: LayerReference) throws(ExpressionFault) -> (scale: Tensor, shift: Tensor)
  /// What a normalisation normalises by.
  func statistics(of layer: LayerReference) throws(ExpressionFault) -> StoredStatistics
  /// How many fields of the layer BVLC's Caffe does not have and change nothing.
  func foreignFieldCount(of layer: LayerReference) throws(ExpressionFault) -> Int
  /// The window that a convolution or pooling moves over its input.
  func window(of layer: LayerReference) throws(ExpressionFault) -> WindowSizes
}

/// What a normalisation by stored statistics computes with: y = gamma·(x − mean)/√(variance + epsilon) + beta, one number per
/// channel.
package struct StoredStatistics: Sendable, Equatable {
  /// The means, divided by their factor.
  package var mean: [Double]
  /// The variances, divided by their factor.
  package var variance: [Double]
  /// What is multiplied with; 1 where the layer has none.
  package var gamma: [Double]
  /// What is added; 0 where the layer has none.
  package var beta: [Double]
  /// What is added to the variance.
  package var epsilon: Double

  /// Makes one of all its parts.
  package init(mean: [Double], variance: [Double], gamma: [Double], beta: [Double], epsilon: Double) {
    self.mean = mean
    self.variance = variance
    self.gamma = gamma
    self.beta = beta
    self.epsilon = epsilon
  }

  /// What expressions call the vectors.
  static let vectors = ["mean", "variance", "gamma", "beta"]

  var parts: [String: ExpressionValue] {
    var parts = ["epsilon": ExpressionValue.number(epsilon)]
    for (name, values) in zip(Self.vectors, [mean, variance, gamma, beta]) {
      parts[name] = .tensor(Tensor(values))
    }
    return parts
  }
}

/// The window of a convolution or pooling: a number for each spatial axis, or a single one for all of them.
package struct WindowSizes: Sendable, Equatable {
  /// How many numbers the window sees along each axis.
  package var kernel: [Int]
  /// How far it moves.
  package var stride: [Int]
  /// How many zeros surround the input.
  package var pad: [Int]
  /// How far the numbers are apart that it sees.
  package var dilation: [Int]

  /// Makes a window.
  package init(kernel: [Int], stride: [Int], pad: [Int], dilation: [Int]) {
    self.kernel = kernel
    self.stride = stride
    self.pad = pad
    self.dilation = dilation
  }

  /// What expressions call the parts.
  static let names = ["kernel", "stride", "pad", "dilation"]

  var parts: [String: ExpressionValue] {
    Dictionary(
      uniqueKeysWithValues: zip(Self.names, [kernel, stride, pad, dilation]).map {
        ($0, .tensor(Tensor($1.map(Double.init))))
      })
  }
}

/// Where a layer stands among those that make the bottoms of one layer.
package struct ElementPlace: Sendable, Equatable {
  /// Its number, from 0.
  package var index: Int
  /// The first of its channels among those of all bottoms.
  package var offset: Int
  /// How many channels it has.
  package var count: Int
  /// How many all have together.
  package var total: Int

  /// Makes a place.
  package init(index: Int, offset: Int, count: Int, total: Int) {
    self.index = index
    self.offset = offset
    self.count = count
    self.total = total
  }
}

/// What an environment could not give, as a sentence for the user.
package struct ExpressionFault: Error, Sendable, Equatable {
  /// The sentence, lower case, without a full stop.
  package var sentence: String
  /// The error behind the sentence, with its facts; nil where the sentence says all.
  package var cause: (any Error)?

  /// Makes a fault.
  package init(_ sentence: String, cause: (any Error)? = nil) {
    self.sentence = sentence
    self.cause = cause
  }

  /// Faults that say the same are equal.
  package static func == (a: ExpressionFault, b: ExpressionFault) -> Bool { a.sentence == b.sentence }
}
