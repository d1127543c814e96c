import Diagnostics

/// Which layer a message speaks of.
package struct LayerSubject: Sendable, Hashable {
  /// The layer's name.
  package var name: Name
  /// Its type by today's name.
  package var type: String

  /// Names a layer.
  package init(name: Name, type: String) {
    self.name = name
    self.type = type
  }
}

/// Why a net or a layer cannot be run.
package struct LayerError: DiagnosticError, Equatable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// A type that the registry does not have.
    case unknownType
    /// A number of bottoms that the layer cannot have.
    case bottomCount(expected: ClosedRange<Int>, found: Int)
    /// A number of tops that the layer cannot have.
    case topCount(expected: ClosedRange<Int>, found: Int)
    /// A number of parameter blobs that the layer cannot have.
    case blobCount(expected: ClosedRange<Int>, found: Int)
    /// A parameter blob with the wrong number of values; by position.
    case blobValueCount(index: Int, expected: Int, found: Int)
    /// Parameter blobs that forks read in different ways; the number of values of each.
    case ambiguousBlobs(counts: [Int])
    /// A bottom with the wrong number of dimensions; by position.
    case inputRank(index: Int, expected: ClosedRange<Int>, found: [Int])
    /// A bottom whose shape does not fit; by position.
    case inputShape(index: Int, expected: [Int], found: [Int])
    /// An axis outside of the bottom's dimensions.
    case axis(field: String, value: Int, shape: [Int])
    /// A parameter that the layer cannot do without.
    case missingParameter(field: String)
    /// A parameter with a value that Caffe would not take.
    case parameter(field: String, found: String, expected: Expectation)
    /// A parameter with a value that is valid but not computed here.
    case unsupported(field: String, found: String)
    /// The window does not fit into the padded bottom.
    case windowTooLarge(window: [Int], input: [Int])
    /// A deconvolution whose windows have too many values together.
    case windowsTooLarge(count: Int, limit: Int)
    /// An output with a dimension below zero.
    case negativeSize(shape: [Int])
    /// An output with too many dimensions.
    case tooManyDimensions(shape: [Int], limit: Int)
    /// An output with too many values.
    case tooLarge(shape: [Int], limit: Int)
    /// What is known of the type does not say what this layer computes, or cannot be computed: why, as a sentence part.
    case definition(String)
    /// A field that nobody here understands, and where it is written.
    case unexplainedField(path: String, place: String)
    /// A net whose values together have too many numbers when the layer is run.
    case memory(needed: Int, limit: Int)
    /// Boxes that overlap too little to be thrown away by one another: too many pairs would be compared.
    case boxPairs(limit: Int)
    /// Two parameters of which a layer takes one.
    case bothGiven(String, String)
    /// An axis that cannot be cut into as many equal parts as there are tops.
    case unevenSlices(length: Int, tops: Int)
    /// A number in a bottom that stands for an index, which there is none of.
    case index(bottom: Int, found: Double, count: Int)
    /// A place in a pooling mask that lies outside of the top's plane.
    case maskPlace(found: Double, planeSize: Int)
    /// A bottom that no layer before makes.
    case unknownBottom(blob: Name, candidates: [Name])
    /// A net input that was not given.
    case missingInput(blob: Name)
    /// A net input that the net does not have.
    case unknownInput(blob: Name, inputs: [Name])
  }

  /// What a parameter's value should have been.
  package enum Expectation: Sendable, Equatable {
    /// A whole number from 0.
    case notNegative
    /// A whole number from 1.
    case positive
    /// A whole number.
    case wholeNumber
    /// Any number.
    case number
    /// A number above 0.
    case positiveNumber
    /// A number from 0.
    case atLeastZero
    /// A number above 0 and up to 1.
    case fraction
    /// A number above another one.
    case above(Double)
    /// `true` or `false`.
    case boolean
    /// One of these words.
    case oneOf([String])
    /// A whole number below a bound.
    case below(Int)
    /// A whole number from one bound to another, both included; `Int.max` is no bound.
    case between(Int, Int)
    /// A whole number that is 0 or negative.
    case notPositive
    /// Dimensions of which at most one is −1.
    case oneInferred
    /// An odd whole number.
    case odd
    /// Numbers of which none is there twice.
    case distinct
    /// A whole number that divides another one.
    case divisor(of: Int)
    /// This many values, one per spatial axis for example.
    case count(ClosedRange<Int>)
    /// The base of a logarithm.
    case base
    /// A product of dimensions.
    case product(Int)
  }

  /// The layer, unless the message is about the net.
  package let layer: LayerSubject?
  /// The facts.
  package let reason: Reason

  /// Makes an error from its facts.
  package init(_ layer: LayerSubject?, _ reason: Reason) {
    self.layer = layer
    self.reason = reason
  }
}
